import { basename, join, relative, resolve } from 'node:path';
import {
  assertSize,
  fieldKind,
  labelField,
  numbersField,
  photo,
  sameSize,
  type Annotation,
  type Field,
  type Size,
} from '@scene-mtl/data';
import { parseJsonFile } from '@scene-mtl/data/json';
import { SPLITS, type Dataset, type Split } from '../dataset.ts';
import { pictureSize, readPicture } from '../image/array-photo.ts';
import { assertSizeOfPhoto } from '../image/same-size.ts';
import { CocoFiles } from './coco/files.ts';
import { isMapTask, mapOf, readMap, type MapTask } from './fields.ts';
import { listFrames, missingNote, type Frame } from './listing.ts';
import { paletteOf } from './palette.ts';
import { DESCRIPTION, descriptionSchema } from './schema.ts';
import type { DescribedTask, TaskDescription } from './task-schema.ts';
import { readTable, readText, type Cells } from './table.ts';
import type { Encoding } from './values.ts';

/**
 * A folder of one's own images and labels, described by `dataset.json` (docs/data-sets.md). Its annotations
 * are the tasks of the description. A frame without the file of a task lacks that label; labels are read as
 * they are stored and follow to another size as their kind says, never mixed.
 * @throws naming `dataset.json` and the field that is wrong, or files that do not go together
 * @example
 * ```ts
 * import { openDescribed } from '@scene-mtl/datasets';
 * import { mkdir, writeFile } from 'node:fs/promises';
 * import sharp from 'sharp';
 * await mkdir('garden/image', { recursive: true });
 * const grey = { width: 16, height: 8, channels: 3, background: '#808080' } as const;
 * await sharp({ create: grey }).png().toFile('garden/image/a.png');
 * await writeFile('garden/weather.csv', 'id,weather\na,rain\n');
 * const weather = { kind: 'label', classes: ['sun', 'rain'], table: { file: 'weather.csv', columns: ['weather'] } };
 * const splits = { by: 'fraction', train: 1, val: 0 };
 * const description = { images: { files: 'image/{id}.png' }, splits, tasks: { weather } };
 * await writeFile('garden/dataset.json', JSON.stringify(description));
 * const dataset = await openDescribed('garden');
 * const { fields } = await dataset.read('a', 'train', { height: 4, width: 8 });
 * fields.weather; // → { kind: 'label', value: 1 }
 * ```
 */
export async function openDescribed(root: string): Promise<Dataset> {
  const source = join(root, DESCRIPTION);
  const description = await parseJsonFile(source, descriptionSchema);
  const { tasks, name = basename(resolve(root)) } = description;
  const coco = new CocoFiles(root);
  const { frames, leftOut, notes } = await listFrames(root, description, coco);
  const tables = await tablesOf(root, tasks);
  const frameOf = (id: string, split: Split): Frame => {
    const frame = frames[split].get(id);
    if (frame === undefined) throw new Error(`${root}: no frame '${id}' in split '${split}'`);
    return frame;
  };
  const label = async (task: string, id: string, { labels, image }: Frame, native: Size) => {
    const described = tasks[task];
    const file = Object.hasOwn(labels, task) ? labels[task] : undefined;
    if (!isMapTask(described)) return exampleLabel(described, id, file, tables.get(task));
    if (file === undefined) return undefined;
    const field = await mapIn(file, described, image);
    assertSizeOfPhoto(file, field, native);
    return field;
  };
  const mapIn = async (file: string, task: MapTask, image: string) => {
    if (task.encoding !== 'coco') return readMap(file, task as MapTask & { encoding: Encoding });
    const { where, values } = coco.read(file, relative(root, image), task.kind === 'classes');
    return mapOf(where, values, task);
  };
  return {
    name,
    fields: Object.keys(tasks),
    annotations: Object.fromEntries(
      Object.entries(tasks).map(([task, described]) => [task, annotationOf(described)]),
    ),
    leftOut,
    notes: [...notes, ...missingInTables(tables, frames)],
    list: (split) => [...frames[split].keys()],
    // The description and its tables decide what the other files mean.
    files: (id, split) => {
      const { image, labels } = frameOf(id, split);
      const shared = Array.from(tables.values(), ({ file }) => file);
      return [source, ...new Set([...shared, image, ...Object.values(labels)])];
    },
    nativeSize: async (id, split) => pictureSize(frameOf(id, split).image),
    async read(id, split, size) {
      assertSize(`read ${id}`, size);
      const frame = frameOf(id, split);
      const picture = await readPicture(frame.image, size);
      const fields: Record<string, Field> = { image: photo(size, picture.data) };
      for (const task of Object.keys(tasks)) {
        const field = await label(task, id, frame, picture.native);
        if (field === undefined) continue;
        const { native } = picture;
        fields[task] = sameSize(native, size)
          ? field
          : fieldKind(field.kind).resize(field, native, size);
      }
      return { id, fields };
    },
  };
}

/** What a task of a description is to everybody else. */
function annotationOf(task: TaskDescription): Annotation {
  switch (task.kind) {
    case 'classes': {
      const names = task.classes.map((one) => (typeof one === 'string' ? one : one.name));
      const colours = task.classes.map((one) => (typeof one === 'string' ? undefined : one.colour));
      return {
        kind: 'classes',
        classes: names,
        palette: paletteOf(colours),
        instanceClasses: task.instanceClasses.map((name) => names.indexOf(name)),
      };
    }
    case 'instances':
      return { kind: 'objects', ...(task.within !== undefined && { within: task.within }) };
    case 'depth':
      return { kind: 'depth', unit: task.unit };
    case 'label':
      return { kind: 'label', classes: task.classes };
    case 'number':
      return { kind: 'numbers', length: task.length };
    default:
      return { kind: task.kind };
  }
}

/** A table with its file, for errors. */
interface Table {
  readonly file: string;
  readonly cells: Cells;
}

async function tablesOf(
  root: string,
  tasks: Readonly<Record<string, TaskDescription>>,
): Promise<Map<string, Table>> {
  const found = new Map<string, Table>();
  for (const [name, task] of Object.entries(tasks)) {
    if (!('table' in task) || !task.table) continue;
    const file = join(root, task.table.file);
    found.set(name, { file, cells: await readTable(file, task.table) });
  }
  return found;
}

function missingInTables(
  tables: ReadonlyMap<string, Table>,
  frames: Readonly<Record<Split, ReadonlyMap<string, Frame>>>,
): string[] {
  const all = SPLITS.flatMap((split) => [...frames[split].keys()]);
  return [...tables].flatMap(([name, { file, cells }]) => {
    const count = all.filter((id) => !isComplete(cells.get(id))).length;
    if (count === all.length) {
      throw new Error(`${file}: none of the ${all.length} frames has a row (tasks.${name})`);
    }
    return missingNote(name, count, all.length);
  });
}

const isComplete = (cells: readonly string[] | undefined): cells is readonly string[] =>
  cells !== undefined && !cells.includes('');

/** The label of a whole frame, or undefined where there is none. */
async function exampleLabel(
  task: DescribedTask<'label'> | DescribedTask<'number'>,
  id: string,
  file: string | undefined,
  table: Table | undefined,
): Promise<Field | undefined> {
  const where = file ?? `${table?.file}: id '${id}'`;
  let words: readonly string[] | undefined;
  if (file === undefined) words = table?.cells.get(id);
  else {
    const text = (await readText(file)).trim();
    words = task.kind === 'label' ? [text] : text.split(/\s+/);
  }
  if (!isComplete(words)) return undefined;
  if (task.kind === 'label') {
    const value = task.classes.indexOf(words[0]);
    if (value >= 0) return labelField(value);
    throw new Error(`${where}: expected one of ${task.classes.join(', ')}, got '${words[0]}'`);
  }
  const numbers = words.map(Number);
  if (numbers.length !== task.length || numbers.some((n) => !Number.isFinite(n))) {
    const wanted = `${task.length} number${task.length === 1 ? '' : 's'}`;
    throw new Error(`${where}: expected ${wanted}, got '${words.join(' ')}'`);
  }
  return numbersField(numbers, task.mirror);
}
