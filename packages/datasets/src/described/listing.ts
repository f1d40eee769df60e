import { join } from 'node:path';
import { walk, type LeftOut } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../dataset.ts';
import { sharedFrames } from '../listing/left-out.ts';
import type { CocoFiles } from './coco/files.ts';
import { foldersByLabels, keyOf, labelFiles, matches, type LabelFiles } from './label-files.ts';
import { DESCRIPTION, type Description } from './schema.ts';
import { splitFrames } from './splits.ts';
import { annotationsOf, formsOf } from './task-schema.ts';

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
 * @param coco reads the annotations that are of many frames
 * @throws for a folder without images, a pattern that fits two files of a frame, labels of one frame in two
 * splits, and a task that no frame has a label of
 */
export async function listFrames(
  root: string,
  description: Description,
  coco: CocoFiles,
): Promise<Listing> {
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
    const field = `${source}: tasks.${name}`;
    const forms = formsOf(task);
    let found: LabelFiles;
    if (forms.length > 0) {
      const free = files.filter((path) => !taken.has(path));
      found = labelFiles(free, forms, `${field}.files`);
    } else if (annotationsOf(task).length > 0) {
      found = await coco.list(files, annotationsOf(task), [...photos.values()], field);
    } else continue;
    labels.set(name, found);
    for (const path of found.taken) taken.add(path);
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
    const forms = [...formsOf(task), ...annotationsOf(task)];
    if (forms.length === 0 || all.some(({ labels }) => Object.hasOwn(labels, name))) continue;
    const where = formsOf(task).length > 0 ? 'a file of the form' : 'an entry in';
    const field = formsOf(task).length > 0 ? 'files' : 'annotations';
    throw new Error(
      `${source}: tasks.${name}.${field}: none of the ${all.length} frames has ${where} ${forms.join(' or ')}`,
    );
  }
}

/** A note for each task that some frames have no label of; tables are counted where they are read. */
function missingLabels({ tasks }: Description, frames: Frames): string[] {
  const all = allOf(frames);
  return Object.entries(tasks).flatMap(([name, task]) => {
    if (formsOf(task).length + annotationsOf(task).length === 0) return [];
    const count = all.filter(({ labels }) => !Object.hasOwn(labels, name)).length;
    return missingNote(name, count, all.length);
  });
}

/** What is said of labels that are missing. */
export const missingNote = (name: string, count: number, all: number): string[] =>
  count === 0
    ? []
    : [`${name}: ${count} of ${all} frames have no label; they train the other tasks alone`];
