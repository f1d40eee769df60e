import { join } from 'node:path';
import { walk, type LeftOut } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../dataset.ts';
import { sharedFrames } from '../listing/left-out.ts';
import { patternOf } from './pattern.ts';
import { DESCRIPTION, type Description } from './schema.ts';
import { splitFrames } from './splits.ts';

/** Files of one frame. */
export interface Frame {
  readonly image: string;
  /** By task; a task without a label here has none. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Frames of a described folder by id, and what else lies in it. */
export interface Listing {
  readonly frames: Readonly<Record<Split, ReadonlyMap<string, Frame>>>;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

/**
 * Finds the files of a description's frames.
 * @throws for a folder without images, a pattern that fits two files of a frame, and a task that no frame
 * has a label of
 */
export async function listFrames(root: string, description: Description): Promise<Listing> {
  const { images, tasks, splits } = description;
  const source = join(root, DESCRIPTION);
  const { files, unreadable, again } = await walk(root);
  const photos = matches(files, images.files, `${source}: images.files`);
  if (photos.size === 0) {
    const some = files.slice(0, 3).join(', ') || 'nothing';
    throw new Error(`${source}: images.files: no file of the form ${images.files}; found ${some}`);
  }
  const inOrder = [...photos]
    .map(([, one]) => one)
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const { ids, leftOut } = await splitFrames(root, splits, inOrder);
  const taken = new Set([DESCRIPTION, ...inOrder.map(({ path }) => path)]);
  if (splits.by === 'list') SPLITS.forEach((split) => taken.add(splits[split] ?? ''));

  const labels = new Map<string, ReadonlyMap<string, Match>>();
  const orphans: LeftOut[] = [];
  for (const [name, { files: pattern, ...task }] of Object.entries(tasks)) {
    if ('table' in task && task.table) taken.add(task.table.file);
    if (pattern === undefined) continue;
    const found = matches(
      files.filter((path) => !taken.has(path)),
      pattern,
      `${source}: tasks.${name}.files`,
    );
    labels.set(name, found);
    for (const [key, { path }] of found) {
      taken.add(path);
      if (!photos.has(key)) orphans.push({ path, reason: `a label (${name}) without its image` });
    }
  }
  const frames = {} as Record<Split, Map<string, Frame>>;
  for (const split of SPLITS) {
    const folder = splits.by === 'folder' ? splits[split] : undefined;
    frames[split] = new Map(
      ids[split].map((id) => {
        const key = keyOf({ id, folder });
        const own = [...labels].flatMap(([name, found]) => {
          const match = found.get(key);
          return match ? [[name, join(root, match.path)] as const] : [];
        });
        return [id, { image: join(root, photos.get(key)!.path), labels: Object.fromEntries(own) }];
      }),
    );
  }
  assertLabels(source, description, frames);
  return {
    frames,
    leftOut: [
      ...unreadable,
      ...again,
      ...leftOut,
      ...orphans,
      ...files
        .filter((path) => !taken.has(path))
        .map((path) => ({ path, reason: `of no form that ${DESCRIPTION} names` })),
    ],
    notes: [
      ...sharedFrames((split) => Array.from(frames[split].values(), ({ image }) => image)),
      ...missingLabels(description, frames),
    ],
  };
}

interface Match {
  readonly id: string;
  readonly folder: string | undefined;
  readonly path: string;
}

/** Ids of two splits are two frames where splits are folders. */
const keyOf = ({ id, folder }: Pick<Match, 'id' | 'folder'>): string =>
  JSON.stringify([folder ?? null, id]);

/** Files of a form, by frame. @throws naming both files where two are of one frame */
function matches(files: readonly string[], text: string, field: string): Map<string, Match> {
  const pattern = patternOf(text);
  const found = new Map<string, Match>();
  for (const path of files) {
    const match = pattern.match(path);
    if (!match) continue;
    const one = { id: match.id, folder: match.split, path };
    const before = found.get(keyOf(one));
    if (before) {
      throw new Error(
        `${field}: ${before.path} and ${path} are both of the id '${match.id}'; leave one, or say more of their names`,
      );
    }
    found.set(keyOf(one), one);
  }
  return found;
}

type Frames = Listing['frames'];

const allOf = (frames: Frames): Frame[] => SPLITS.flatMap((split) => [...frames[split].values()]);

function assertLabels(source: string, { tasks, images }: Description, frames: Frames): void {
  const all = allOf(frames);
  if (all.length === 0) {
    throw new Error(
      `${source}: splits: none of the images of the form ${images.files} is in a split`,
    );
  }
  for (const [name, { files }] of Object.entries(tasks)) {
    if (files === undefined || all.some(({ labels }) => Object.hasOwn(labels, name))) continue;
    throw new Error(
      `${source}: tasks.${name}.files: none of the ${all.length} frames has a file of the form ${files}`,
    );
  }
}

/** A note for each task that some frames have no label of; tables are counted where they are read. */
function missingLabels({ tasks }: Description, frames: Frames): string[] {
  const all = allOf(frames);
  return Object.entries(tasks).flatMap(([name, { files }]) => {
    if (files === undefined) return [];
    const count = all.filter(({ labels }) => !Object.hasOwn(labels, name)).length;
    return missingNote(name, count, all.length);
  });
}

/** What is said of labels that are missing. */
export const missingNote = (name: string, count: number, all: number): string[] =>
  count === 0
    ? []
    : [`${name}: ${count} of ${all} frames have no label; they train the other tasks alone`];
