import { join } from 'node:path';
import { didYouMean, randomStream, shuffled } from '@scene-mtl/data';
import type { LeftOut } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../dataset.ts';
import type { Description } from './schema.ts';
import { readText } from './table.ts';

/** A frame before it has a split. */
export interface Found {
  readonly id: string;
  /** Folder of its split, where splits are by folder and one is known. */
  readonly folder: string | undefined;
}

/** Frames of each split, and what is in none. */
export interface Splits {
  readonly frames: Readonly<Record<Split, readonly Found[]>>;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Which frames are of which split: by folder, by list, or drawn by a seed.
 * @param frames in order of their paths
 * @throws naming file and line, or the field of the description
 */
export async function splitFrames(
  root: string,
  splits: Description['splits'],
  frames: readonly (Found & { readonly path: string })[],
): Promise<Splits> {
  switch (splits.by) {
    case 'folder':
      return byFolder(splits, frames);
    case 'list':
      return byList(root, splits, frames);
    case 'fraction':
      return {
        frames: inNoFolder(byFraction(splits, [...new Set(frames.map(({ id }) => id))])),
        leftOut: [],
      };
  }
}

/** Folders of a split. */
export const foldersOf = (names: string | readonly string[] | undefined): readonly string[] =>
  names === undefined ? [] : typeof names === 'string' ? [names] : names;

const inNoFolder = (ids: Readonly<Record<Split, readonly string[]>>): Splits['frames'] => {
  const of = (split: Split) => ids[split].map((id): Found => ({ id, folder: undefined }));
  return { train: of('train'), val: of('val'), test: of('test') };
};

type By<K extends Description['splits']['by']> = Extract<Description['splits'], { by: K }>;

function byFolder(
  splits: By<'folder'>,
  frames: readonly (Found & { readonly path: string })[],
): Splits {
  const of = (split: Split) => {
    const names = foldersOf(splits[split]);
    return frames.filter(({ folder }) => folder !== undefined && names.includes(folder));
  };
  const known = SPLITS.flatMap((split) => foldersOf(splits[split]));
  return {
    frames: { train: of('train'), val: of('val'), test: of('test') },
    leftOut: frames.flatMap(({ path, folder }) => {
      if (folder === undefined)
        return [{ path, reason: 'an image without a label, so of no split' }];
      return known.includes(folder)
        ? []
        : [{ path, reason: `its folder '${folder}' is of no split` }];
    }),
  };
}

async function byList(
  root: string,
  splits: By<'list'>,
  frames: readonly (Found & { readonly path: string })[],
): Promise<Splits> {
  const known = new Map(frames.map(({ id, path }) => [id, path]));
  const ids: Record<Split, string[]> = { train: [], val: [], test: [] };
  const leftOut: LeftOut[] = [];
  for (const split of SPLITS) {
    const name = splits[split];
    if (name === undefined) continue;
    const file = join(root, name);
    const seen = new Set<string>();
    for (const [i, line] of (await readText(file)).split('\n').entries()) {
      const id = line.trim();
      if (id === '') continue;
      if (!known.has(id)) {
        const near =
          known.size > 0 && known.size <= 50 ? `; ${didYouMean(id, [...known.keys()])}` : '';
        throw new Error(`${file}:${i + 1}: no image of the id '${id}'${near}`);
      }
      if (seen.has(id)) {
        leftOut.push({ path: `${name}:${i + 1}`, reason: 'lines of a frame listed before' });
      } else ids[split].push(id);
      seen.add(id);
    }
  }
  const listed = new Set(SPLITS.flatMap((split) => ids[split]));
  for (const { id, path } of frames) {
    if (!listed.has(id)) leftOut.push({ path, reason: 'an image that is in no list' });
  }
  return { frames: inNoFolder(ids), leftOut };
}

/**
 * Shares of the frames, drawn without replacement; each split keeps the order of the ids. The same ids and
 * seed give the same splits.
 * @param ids in order
 */
export function byFraction(
  { train, val, seed }: Pick<By<'fraction'>, 'train' | 'val' | 'seed'>,
  ids: readonly string[],
): Record<Split, string[]> {
  const order = shuffled(ids.length, randomStream('dataset splits', seed));
  const ends = [
    0,
    Math.round(train * ids.length),
    Math.round((train + val) * ids.length),
    ids.length,
  ];
  const of = (k: number) => Array.from(order.subarray(ends[k], ends[k + 1])).sort((a, b) => a - b);
  const [a, b, c] = [0, 1, 2].map((k) => of(k).map((i) => ids[i]));
  return { train: a, val: b, test: c };
}
