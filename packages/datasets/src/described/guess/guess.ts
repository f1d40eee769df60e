import { join } from 'node:path';
import { walk } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../../dataset.ts';
import {
  DESCRIPTION,
  descriptionSchema,
  type WrittenDescription,
  type WrittenTask,
} from '../schema.ts';
import { checkedBy } from '@scene-mtl/data/json';
import { readTable, readText } from '../table.ts';
import { guessCoco } from './coco.ts';
import { frameIn, groupsOf, idIn, patternIn, SPLIT_FOLDERS, type FileGroup } from './groups.ts';
import { guessLabels, guessWords, taskName } from './labels.ts';

/** A first description of a folder, and why it is so. */
export interface GuessedDescription {
  readonly description: WrittenDescription;
  /** What was taken for what, a line each. */
  readonly reasons: readonly string[];
}

/**
 * Looks at a folder and guesses its description: which files are photographs, which are labels and of what, and
 * how frames are split. The guess is a beginning: it is written down to be read and corrected.
 * @throws for a folder without photographs, or without anything that could be a label of them
 */
export async function guessDescription(root: string): Promise<GuessedDescription> {
  const { files } = await walk(root);
  const groups = groupsOf(files);
  const images = imagesAmong(groups);
  if (images === undefined) {
    const some = files.slice(0, 3).join(', ') || 'nothing';
    throw new Error(
      `${root}: no photographs found; expected JPEG, PNG or WebP files in a folder, found ${some}`,
    );
  }
  const frames = new Set(images.group.files.map((file) => frameIn(images.group, file)));
  const reasons = [
    `images: ${patternIn(images.group)}, ${images.group.files.length} files: ${images.why}`,
  ];
  const tasks: Record<string, WrittenTask> = {};
  const add = (wanted: string, task: WrittenTask, why: string): void => {
    let name = wanted;
    for (let k = 2; Object.keys(tasks).some((n) => n.toLowerCase() === name.toLowerCase()); k++) {
      name = `${wanted}_${k}`;
    }
    tasks[name] = task;
    reasons.push(`${name}: ${why}`);
  };
  for (const group of groups) {
    if (group === images.group) continue;
    const known = group.files.filter((file) => frames.has(frameIn(group, file))).length;
    const where = patternIn(group);
    if (known === 0) {
      if (group.files.length > 1) reasons.push(`not taken: ${where}: no name as that of an image`);
      continue;
    }
    const { task, why } = await guessLabels(root, group);
    const missing = frames.size - known;
    const gaps = missing > 0 ? `; ${missing} of ${frames.size} images have none` : '';
    if (task) add(taskName(group), task, `${where}: ${why}${gaps}`);
    else reasons.push(`not taken: ${where}: ${why}`);
  }
  const ids = images.group.files.map((file) => idIn(images.group, file));
  for (const file of files.filter((path) => /^[^/]+\.csv$/i.test(path))) {
    for (const { name, task, why } of await guessTable(root, file, new Set(ids)))
      add(name, task, why);
  }
  const coco = await guessCoco(root, files, images.group);
  for (const { name, task, why } of coco?.tasks ?? []) add(name, task, why);
  if (Object.keys(tasks).length === 0) {
    throw new Error([`${root}: nothing found that could be a label`, ...reasons].join('; '));
  }
  const { splits, why } =
    coco?.splits ?? (await guessSplits(root, files, images.group, new Set(ids)));
  reasons.push(`splits: ${why}`);
  const description = { images: { files: patternIn(images.group) }, splits, tasks };
  // A guess that could not be read back would be a fault of ours.
  checkedBy(descriptionSchema, description, join(root, DESCRIPTION));
  return { description, reasons };
}

const IMAGE_WORDS = /image|img|photo|rgb|picture|left/i;
const LABEL_WORDS = /label|mask|seg|annot|gt|depth|disp|normal|inst|edge|bound|class/i;

/** The group that most looks like photographs, and why. */
function imagesAmong(groups: readonly FileGroup[]): { group: FileGroup; why: string } | undefined {
  const scored = groups
    .filter(({ ending }) => /\.(png|jpe?g|webp|avif)$/i.test(ending))
    .map((group) => {
      const words = `${group.folder} ${group.after}`;
      const marks = [
        ...(/\.(jpe?g|webp|avif)$/i.test(group.ending) ? [[4, 'a format of photographs']] : []),
        ...(IMAGE_WORDS.test(words) ? [[2, 'the name says so']] : []),
        ...(LABEL_WORDS.test(words) ? [[-3, 'though the name is of labels']] : []),
      ] as [number, string][];
      const score = marks.reduce((sum, [points]) => sum + points, 0);
      return {
        group,
        score,
        why: marks.map(([, text]) => text).join(', ') || 'no other are likelier',
      };
    });
  return scored.sort((a, b) => b.score - a.score || b.group.files.length - a.group.files.length)[0];
}

async function guessTable(root: string, file: string, ids: ReadonlySet<string>) {
  const path = join(root, file);
  const head = (await readText(path))
    .split(/\r?\n/, 1)[0]
    .split(',')
    .map((cell) => cell.trim().replace(/^"|"$/g, ''));
  const found: { name: string; task: WrittenTask; why: string }[] = [];
  for (const id of head.filter((name) => /^(id|name|image|file|frame)$/i.test(name))) {
    const columns = head.filter((name) => name !== id && name !== '');
    const table = await readTable(path, { id, columns });
    const rows = [...table].filter(([key]) => ids.has(key)).map(([, cells]) => cells);
    if (rows.length === 0) continue;
    columns.forEach((column, k) => {
      const guess = guessWords(
        rows.map((cells) => cells[k]),
        (words) => ({ ...words, table: { file, id, columns: [column] } }),
      );
      const name = taskName({ folder: column, after: '' });
      if (guess.task)
        found.push({ name, task: guess.task, why: `column '${column}' of ${file}: ${guess.why}` });
    });
    return found;
  }
  return found;
}

async function guessSplits(
  root: string,
  files: readonly string[],
  images: FileGroup,
  ids: ReadonlySet<string>,
): Promise<{ splits: WrittenDescription['splits']; why: string }> {
  if (images.folder.includes('{split}')) {
    const folders = new Set(images.files.map(({ split }) => split));
    const of = (split: Split): string | undefined =>
      [...folders].find((name) =>
        SPLIT_FOLDERS[split].some((known) => known === name?.toLowerCase()),
      );
    const named = Object.fromEntries(
      SPLITS.flatMap((split) => (of(split) ? [[split, of(split)]] : [])),
    );
    const train = of('train');
    if (train !== undefined) {
      const words = Object.entries(named).map(([split, name]) => `${split} ${name}`);
      const none =
        of('val') === undefined
          ? '; none for validation: give training frames to it by --set data.holdOut=N'
          : '';
      return {
        splits: { by: 'folder', ...named, train },
        why: `folders ${words.join(', ')}${none}`,
      };
    }
  }
  const lists = new Map<Split, string>();
  for (const split of SPLITS) {
    const name = SPLIT_FOLDERS[split]
      .map((known) => `${known}.txt`)
      .find((list) => files.includes(list));
    if (name === undefined) continue;
    const lines = (await readText(join(root, name))).split('\n').map((line) => line.trim());
    if (lines.every((line) => line === '' || ids.has(line))) lists.set(split, name);
  }
  const train = lists.get('train');
  if (train !== undefined) {
    return {
      splits: { by: 'list', ...Object.fromEntries(lists), train },
      why: `lists ${[...lists.values()].join(', ')}`,
    };
  }
  return {
    splits: { by: 'fraction', train: 0.8, val: 0.2, seed: 1 },
    why: 'neither folders nor lists named as splits: 80 % for training, 20 % for validation, drawn by seed 1',
  };
}
