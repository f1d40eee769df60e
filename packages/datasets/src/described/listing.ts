import { join } from 'node:path';
import { walk, type LeftOut } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../dataset.ts';
import { sharedFrames } from '../listing/left-out.ts';
import { patternOf } from './pattern.ts';
import { DESCRIPTION, type Description } from './schema.ts';
import { splitFrames } from './splits.ts';
import { formsOf } from './task-schema.ts';

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
 * @throws for a folder without images, a pattern that fits two files of a frame, labels of one frame in two
 * splits, and a task that no frame has a label of
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
  const taken = new Set([DESCRIPTION, ...Array.from(photos.values(), ({ path }) => path)]);
  if (splits.by === 'list') SPLITS.forEach((split) => taken.add(splits[split] ?? ''));

  const labels = new Map<string, LabelFiles>();
  const leftOut: LeftOut[] = [];
  for (const [name, task] of Object.entries(tasks)) {
    if ('table' in task && task.table) taken.add(task.table.file);
    const forms = formsOf(task);
    if (forms.length === 0) continue;
    const free = files.filter((path) => !taken.has(path));
    const found = labelFiles(free, forms, `${source}: tasks.${name}.files`);
    labels.set(name, found);
    for (const { path } of found.all) taken.add(path);
    leftOut.push(...found.leftOut);
  }
  const bySplit = splits.by === 'folder' && !images.files.includes('{split}');
  const folders = bySplit ? foldersByLabels(labels, source) : undefined;
  const inOrder = [...photos]
    .map(([, one]) => (folders ? { ...one, folder: folders.get(one.id) } : one))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const parted = await splitFrames(root, splits, inOrder);
  leftOut.unshift(...parted.leftOut);
  const known = new Set(inOrder.flatMap(({ id, folder }) => [id, keyOf({ id, folder })]));
  for (const [name, { all }] of labels) {
    for (const one of all) {
      if (known.has(one.folder === undefined ? one.id : keyOf(one))) continue;
      leftOut.push({ path: one.path, reason: `a label (${name}) without its image` });
    }
  }
  const frames = {} as Record<Split, Map<string, Frame>>;
  for (const split of SPLITS) {
    frames[split] = new Map();
    for (const found of parted.frames[split]) {
      const { id } = found;
      const photo = photos.get(keyOf(bySplit ? { id, folder: undefined } : found))!;
      if (frames[split].has(id)) {
        throw new Error(
          `${source}: splits.${split}: two of its folders have the id '${id}'; rename one`,
        );
      }
      const own = [...labels].flatMap(([name, { first }]) => {
        const match = first.get(keyOf(found)) ?? first.get(keyOf({ id, folder: undefined }));
        return match ? [[name, join(root, match.path)] as const] : [];
      });
      frames[split].set(id, { image: join(root, photo.path), labels: Object.fromEntries(own) });
    }
  }
  assertLabels(source, description, frames);
  return {
    frames,
    leftOut: [
      ...unreadable,
      ...again,
      ...leftOut,
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

/** Files of a task. */
interface LabelFiles {
  /** By frame, of the first form that the frame has. */
  readonly first: ReadonlyMap<string, Match>;
  readonly all: readonly Match[];
  readonly leftOut: readonly LeftOut[];
}

function labelFiles(files: readonly string[], forms: readonly string[], field: string): LabelFiles {
  const first = new Map<string, Match>();
  const all: Match[] = [];
  const leftOut: LeftOut[] = [];
  const known = new Set<string>();
  for (const form of forms) {
    for (const [key, one] of matches(files, form, field)) {
      if (known.has(one.path)) continue;
      known.add(one.path);
      all.push(one);
      if (!first.has(key)) first.set(key, one);
      else
        leftOut.push({ path: one.path, reason: `a label of a frame that has one of ${forms[0]}` });
    }
  }
  return { first, all, leftOut };
}

/** Folder of the split of each frame, where only labels tell it. */
function foldersByLabels(
  labels: ReadonlyMap<string, LabelFiles>,
  source: string,
): Map<string, string> {
  const found = new Map<string, Match & { readonly folder: string }>();
  for (const [, { first }] of labels) {
    for (const { id, folder, path } of first.values()) {
      if (folder === undefined) continue;
      const before = found.get(id);
      if (before && before.folder !== folder) {
        throw new Error(
          `${source}: splits: ${before.path} and ${path} are of one image and two splits; leave one`,
        );
      }
      found.set(id, { id, folder, path });
    }
  }
  return new Map([...found].map(([id, { folder }]) => [id, folder]));
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
  for (const [name, task] of Object.entries(tasks)) {
    const forms = formsOf(task);
    if (forms.length === 0 || all.some(({ labels }) => Object.hasOwn(labels, name))) continue;
    throw new Error(
      `${source}: tasks.${name}.files: none of the ${all.length} frames has a file of the form ${forms.join(' or ')}`,
    );
  }
}

/** A note for each task that some frames have no label of; tables are counted where they are read. */
function missingLabels({ tasks }: Description, frames: Frames): string[] {
  const all = allOf(frames);
  return Object.entries(tasks).flatMap(([name, task]) => {
    if (formsOf(task).length === 0) return [];
    const count = all.filter(({ labels }) => !Object.hasOwn(labels, name)).length;
    return missingNote(name, count, all.length);
  });
}

/** What is said of labels that are missing. */
export const missingNote = (name: string, count: number, all: number): string[] =>
  count === 0
    ? []
    : [`${name}: ${count} of ${all} frames have no label; they train the other tasks alone`];
