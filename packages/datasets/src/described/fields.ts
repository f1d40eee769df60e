import {
  classMap,
  depthMap,
  disparityMap,
  edgeMap,
  normalMap,
  objectMap,
  VOID,
  type Field,
  type Size,
} from '@scene-mtl/data';
import type { DescribedTask, TaskDescription } from './task-schema.ts';
import { colourKey, readValues, type Encoding, type StoredValues } from './values.ts';

/** Tasks whose labels are maps of the picture. */
export type MapTask = Exclude<TaskDescription, DescribedTask<'label'> | DescribedTask<'number'>>;

/** Whether the labels of a task are maps. */
export const isMapTask = (task: TaskDescription): task is MapTask =>
  task.kind !== 'label' && task.kind !== 'number';

/**
 * The label of one frame, a file of its own, at its own size.
 * @throws naming the file and the first pixel whose value the description does not know
 */
export async function readMap(
  file: string,
  task: MapTask & { readonly encoding: Encoding },
): Promise<Field & Size> {
  return mapOf(file, await readValues(file, task.encoding, task.kind === 'normals' ? 3 : 1), task);
}

/**
 * The label that stored numbers mean.
 * @param file for errors
 * @throws naming the file and the first pixel whose value the description does not know
 */
export function mapOf(file: string, stored: StoredValues, task: MapTask): Field & Size {
  switch (task.kind) {
    case 'classes':
      return classMap(stored, classesOf(file, stored, task));
    case 'instances':
      return objectMap(stored, objectsOf(file, stored, task));
    case 'depth':
      return depthMap(stored, ...measured(stored, task));
    case 'disparity':
      return disparityMap(stored, ...measured(stored, task));
    case 'normals':
      return normalMap(stored, ...directions(stored, task));
    case 'edges': {
      const ignored = new Set(task.ignore);
      const edges = Uint8Array.from(stored.data, (v) => (ignored.has(v) ? VOID : Number(v !== 0)));
      return edgeMap(stored, edges);
    }
  }
}

const keyOf = (value: number | readonly [number, number, number]): number =>
  typeof value === 'number' ? value : colourKey(value);

/** `row 2, column 7` of a pixel. */
const placeOf = (i: number, { width }: Size): string =>
  `row ${Math.floor(i / width)}, column ${i % width}`;

/** A stored number as the file's author knows it. */
const shown = (key: number, encoding: string): string =>
  encoding === 'colours'
    ? `colour [${[key >> 16, (key >> 8) & 255, key & 255].join(', ')}]`
    : `value ${key}`;

function classesOf(file: string, stored: StoredValues, task: DescribedTask<'classes'>): Uint8Array {
  const { encoding, ignore, classes } = task;
  const known = new Map<number, number>();
  classes.forEach((one, i) => {
    if (typeof one === 'string') known.set(i, i);
    else known.set(encoding === 'colours' ? colourKey(one.colour!) : (one.value ?? i), i);
  });
  for (const value of ignore) known.set(keyOf(value), VOID);
  return Uint8Array.from(stored.data, (value, i) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    throw new Error(
      `${file}: ${shown(value, encoding)} at ${placeOf(i, stored)} is of none of the ${classes.length} classes; add its class, or add it to 'ignore', in dataset.json`,
    );
  });
}

function objectsOf(
  file: string,
  stored: StoredValues,
  task: DescribedTask<'instances'>,
): Uint16Array {
  const { encoding, background, divisor } = task;
  const none = new Set([0, ...background.map(keyOf)]);
  const numbers = new Map<number, number>();
  return Uint16Array.from(stored.data, (value, i) => {
    if (none.has(value) || (divisor !== undefined && value % divisor === 0)) return 0;
    if (encoding !== 'colours') {
      if (Number.isInteger(value) && value > 0 && value <= 65_535) return value;
      throw new Error(
        `${file}: value ${value} at ${placeOf(i, stored)}: expected objects as whole numbers 0 … 65535; add what is no object to 'background' in dataset.json`,
      );
    }
    // Colours are more than 16 bits hold: each gets a number in the order in which they come.
    const number = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, number);
    if (number <= 65_535) return number;
    throw new Error(`${file}: more than 65535 colours; expected a colour for each object`);
  });
}

type Measured = DescribedTask<'depth'> | DescribedTask<'disparity'>;

/** value = stored · scale + offset, and where it is known. */
function measured(
  { data, height, width }: StoredValues,
  { scale, offset, invalid }: Measured,
): [values: Float32Array, valid: Uint8Array] {
  const unknown = new Set(invalid);
  const values = new Float32Array(height * width);
  const valid = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Math.fround(data[i] * scale + offset);
    // What overflows is as unknown as an infinity that is stored.
    if (unknown.has(data[i]) || !Number.isFinite(value)) continue;
    values[i] = value;
    valid[i] = 1;
  }
  return [values, valid];
}

/** Shortest stored vector that is a direction: 8 bits make unit vectors between 0.98 and 1.02. */
const SHORTEST = 0.5;

/** Unit vectors with x to the right, y down and z away. */
function directions(
  { data, height, width }: StoredValues,
  { encoding, axes }: DescribedTask<'normals'>,
): [normals: Float32Array, valid: Uint8Array] {
  const signs = axes.map((axis) => (['right', 'down', 'away'].includes(axis) ? 1 : -1));
  const normals = new Float32Array(3 * height * width);
  const valid = new Uint8Array(height * width);
  for (let i = 0; i < valid.length; i++) {
    const stored = [data[3 * i], data[3 * i + 1], data[3 * i + 2]];
    // Black is how pictures of normals say that there is none.
    if (encoding === 'rgb' && stored.every((p) => p === 0)) continue;
    const vector = stored.map((p, c) => signs[c] * (encoding === 'rgb' ? (2 * p) / 255 - 1 : p));
    const length = Math.hypot(...vector);
    if (!(length >= SHORTEST && length < Infinity)) continue;
    vector.forEach((v, c) => (normals[3 * i + c] = v / length));
    valid[i] = 1;
  }
  return [normals, valid];
}
