import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SPLITS, type Split } from '../dataset.ts';

/** Kinds of file in a Cityscapes tree that go with a photograph: folder and ending. */
const PARTNERS = {
  semantic: ['gtFine', 'gtFine_labelIds.png'],
  instance: ['gtFine', 'gtFine_instanceIds.png'],
  disparity: ['disparity', 'disparity.png'],
  normals: ['normals', 'normals.png'],
  camera: ['camera', 'camera.json'],
  centres: ['centres', 'centres.json'],
} as const;

/** Kind of a file beside the photograph. */
export type Partner = keyof typeof PARTNERS;

/** Frames of a Cityscapes tree, and which partner files each split has. */
export interface TreeListing {
  readonly frames: Readonly<Record<Split, readonly string[]>>;
  readonly has: Readonly<Record<Split, ReadonlySet<Partner>>>;
}

/** How many missing files one error names. */
const SHOWN = 20;

/** Path of the photograph of a frame such as `aachen_000000_000019`. */
export function photoPath(root: string, split: Split, id: string): string {
  return join(root, 'leftImg8bit', split, cityOf(id), `${id}_leftImg8bit.png`);
}

/** Path of a partner file of a frame. */
export function partnerPath(root: string, split: Split, id: string, kind: Partner): string {
  const [folder, ending] = PARTNERS[kind];
  return join(root, folder, split, cityOf(id), `${id}_${ending}`);
}

/**
 * Lists a Cityscapes tree: `{root}/{type}/{split}/{city}/{city}_{seq}_{frame}_{type}{ext}`. A split has
 * a kind of partner file for all of its frames or for none; training and validation have the same
 * kinds. Test may have none, as the official split has no public labels.
 * @throws for files that are missing by these rules; the message lists them
 */
export async function listTree(root: string): Promise<TreeListing> {
  const kinds = Object.keys(PARTNERS) as Partner[];
  const frames = {} as Record<Split, string[]>;
  const has = {} as Record<Split, Set<Partner>>;
  const absent = {} as Record<Split, Map<Partner, string[]>>;
  for (const split of SPLITS) {
    frames[split] = await idsIn(join(root, 'leftImg8bit', split), '_leftImg8bit.png');
    has[split] = new Set();
    absent[split] = new Map();
    for (const kind of kinds) {
      const [folder, ending] = PARTNERS[kind];
      const found = new Set(await idsIn(join(root, folder, split), `_${ending}`));
      const without = frames[split].filter((id) => !found.has(id));
      absent[split].set(kind, without);
      if (without.length < frames[split].length) has[split].add(kind);
    }
  }
  const wanted = (split: Split, kind: Partner) =>
    has[split].has(kind) || (split !== 'test' && (has.train.has(kind) || has.val.has(kind)));
  const missing = SPLITS.flatMap((split) =>
    kinds
      .filter((kind) => wanted(split, kind))
      .flatMap((kind) => absent[split].get(kind)!.map((id) => partnerPath(root, split, id, kind))),
  );
  if (missing.length > 0) {
    const shown = missing.slice(0, SHOWN).map((file) => `\n  ${file}`);
    const rest = missing.length > SHOWN ? `\n  and ${missing.length - SHOWN} more` : '';
    throw new Error(
      `${root}: ${missing.length} files that belong to photographs are missing:${shown.join('')}${rest}\nUnpack or generate the tree again, or remove those photographs.`,
    );
  }
  return { frames, has };
}

const cityOf = (id: string) => id.slice(0, id.indexOf('_'));

/** Ids of the files with an ending, sorted by UTF-16 code units (never by the machine's locale). */
async function idsIn(folder: string, ending: string): Promise<string[]> {
  const ids: string[] = [];
  for (const city of await entries(folder)) {
    // Data sets are often put together from links.
    if (!city.isDirectory() && !city.isSymbolicLink()) continue;
    for (const { name } of await entries(join(folder, city.name))) {
      if (name.endsWith(ending) && name.startsWith(`${city.name}_`)) {
        ids.push(name.slice(0, -ending.length));
      }
    }
  }
  return ids.sort();
}

async function entries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Error(`${folder}: the folder cannot be listed (${code})`, { cause });
  }
}
