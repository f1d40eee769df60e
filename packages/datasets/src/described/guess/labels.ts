import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { readPng } from '@scene-mtl/data/png';
import sharp from 'sharp';
import { readNpy } from '../npy.ts';
import { readText } from '../table.ts';
import type { WrittenTask } from '../schema.ts';
import { taskFault } from '../task-schema.ts';
import { patternIn, type FileGroup } from './groups.ts';

/** What the files of a group seem to be. */
export interface Guess {
  /** Undefined for what is no label. */
  readonly task?: WrittenTask;
  /** What was seen, in words. */
  readonly why: string;
}

/** Most files of a group that are looked into. */
const LOOKED_AT = 64;
/** Most classes that are taken for classes. */
const MOST = 64;

type Colour = [number, number, number];

/**
 * What the labels of a group seem to be, by the ending, the header and the values of some files and by words in
 * the folder and the names.
 */
export async function guessLabels(root: string, group: FileGroup): Promise<Guess> {
  const { files, ending } = group;
  const step = Math.max(1, Math.floor(files.length / LOOKED_AT));
  const some = files.filter((_, i) => i % step === 0).map(({ path }) => join(root, path));
  const said = `${group.folder} ${group.after}`.toLowerCase();
  const about = { files: patternIn(group), said };
  switch (ending.toLowerCase()) {
    case '.png':
      return guessPng(some, about);
    case '.npy':
      return guessArray(some, about);
    case '.tif':
    case '.tiff':
      return guessTiff(some, about);
    case '.txt':
      return guessText(some, about);
    default:
      return { why: 'photographs, and others are the images' };
  }
}

interface About {
  readonly files: string;
  /** Words of folder and names, in small letters. */
  readonly said: string;
}

async function guessPng(some: readonly string[], about: About): Promise<Guess> {
  const pictures = await Promise.all(some.map((file) => readPng(file)));
  const [{ kind, depth }] = pictures;
  const other = pictures.find((one) => one.kind !== kind || (one.depth === 16) !== (depth === 16));
  if (other) return { why: `pictures of several forms: ${kind} and ${other.kind}` };
  if (kind === 'rgb' || kind === 'rgba') return guessColours(pictures, about);
  if (kind === 'grey-alpha')
    return { why: 'grey pictures with an opacity, which no encoding reads' };
  const values = distinct(pictures.map(({ data }) => data));
  const encoding = kind === 'palette' ? 'palette' : 'ids';
  const bits = `${depth} bits, ${kind}`;
  if (/inst|object/.test(about.said)) return guessObjects(values, encoding, bits, about);
  if (depth === 16 && !(values.size <= MOST && Math.max(...values) <= 255)) {
    return guessMeasured('16-bit', values, bits, about);
  }
  if (/edge|bound|contour/.test(about.said)) {
    const task = { kind: 'edges', files: about.files, encoding } as const;
    return { task, why: `edges by their name; ${bits}, values ${shownValues(values)}` };
  }
  const isMeasured = /depth|disp/.test(about.said) || values.size > MOST;
  if (kind === 'grey' && depth === 8 && isMeasured)
    return guessMeasured('8-bit', values, bits, about);
  return guessClasses(values, encoding, bits, about);
}

function guessObjects(
  values: ReadonlySet<number>,
  encoding: 'ids' | 'palette',
  bits: string,
  { files }: About,
): Guess {
  const large = [...values].filter((v) => v > 255);
  const divided = large.length > 0 && large.some((v) => v % 256 === 0) ? { divisor: 256 } : {};
  const task = { kind: 'instances', files, encoding, ...divided } as const;
  const how =
    'divisor' in divided ? ', class · 256 + number as in KITTI' : ', each value an object';
  return { task, why: `objects by their name; ${bits}${how}, 0 none` };
}

function guessMeasured(
  encoding: '8-bit' | '16-bit',
  values: ReadonlySet<number>,
  bits: string,
  { files, said }: About,
): Guess {
  const invalid = values.has(0) ? [0] : [];
  const most = Math.max(...values);
  if (/disp/.test(said)) {
    const scale = encoding === '16-bit' ? 1 / 256 : 1;
    const task = { kind: 'disparity', files, encoding, scale, invalid } as const;
    return {
      task,
      why: `disparity by their name; ${bits}, up to ${most}: px = stored · ${scale}, to be checked`,
    };
  }
  // Metres as KITTI has them, or millimetres as depth cameras do.
  const scale = encoding === '8-bit' ? 1 : most > 20_000 ? 1 / 256 : 0.001;
  const task = { kind: 'depth', files, encoding, scale, invalid, unit: 'm' } as const;
  return {
    task,
    why: `depth, as there are too many values for classes; ${bits}, up to ${most}: m = stored · ${scale}, to be checked`,
  };
}

function guessClasses(
  values: ReadonlySet<number>,
  encoding: 'ids' | 'palette' | 'npy',
  bits: string,
  { files }: About,
): Guess {
  const sorted = [...values].sort((a, b) => a - b);
  // 255 among small numbers, and what is negative, are how data sets say that a pixel is of no class.
  const ignore = sorted.filter((v) => v < 0 || (v === 255 && sorted.length > 2));
  const known = sorted.filter((v) => !ignore.includes(v));
  const why = `${bits}, values ${shownValues(values)}`;
  if (known.length < 2 || known.length > MOST || !known.every(Number.isInteger)) {
    return { why: `neither classes nor a measurement: ${why}` };
  }
  const classes = known.map((value) => ({ name: `class_${value}`, value }));
  const task = { kind: 'classes', files, encoding, classes, ignore } as const;
  return {
    task,
    why: `classes: ${why}${ignore.length > 0 ? `, of which ${ignore.join(', ')} never counts` : ''}`,
  };
}

function guessColours(
  pictures: readonly { readonly data: ArrayLike<number>; readonly channels: number }[],
  { files, said }: About,
): Guess {
  if (/normal/.test(said)) {
    const task = { kind: 'normals', files, encoding: 'rgb' } as const;
    return { task, why: "normals by their name, in colours; 'axes' is to be checked" };
  }
  const keys = new Set<number>();
  for (const { data, channels } of pictures) {
    for (let i = 0; i + 2 < data.length && keys.size <= MOST; i += channels) {
      keys.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
  }
  if (keys.size > MOST || keys.size < 2)
    return {
      why: `colour pictures with ${keys.size > MOST ? `more than ${MOST} colours` : 'one colour'}, so no classes`,
    };
  const colours = [...keys]
    .sort((a, b) => a - b)
    .map((k): Colour => [k >> 16, (k >> 8) & 255, k & 255]);
  const classes = colours.map((colour) => ({ name: `class_${hex(colour)}`, colour }));
  const task = { kind: 'classes', files, encoding: 'colours', classes } as const;
  return { task, why: `classes by ${keys.size} colours` };
}

const hex = (colour: Colour): string => colour.map((c) => c.toString(16).padStart(2, '0')).join('');

async function guessArray(some: readonly string[], about: About): Promise<Guess> {
  const arrays = await Promise.all(some.map((file) => readNpy(file)));
  const [{ shape }] = arrays;
  const form = `NumPy [${shape.join(', ')}]`;
  const three = shape.length === 3 && (shape[2] === 3 || shape[0] === 3);
  if (three) {
    const task = { kind: 'normals', files: about.files, encoding: 'npy' } as const;
    return {
      task,
      why: `normals, as each pixel has three numbers; ${form}; 'axes' is to be checked`,
    };
  }
  const one = shape.length === 2 || (shape.length === 3 && (shape[2] === 1 || shape[0] === 1));
  if (!one) return { why: `${form}, which is no map of a picture` };
  const values = distinct(arrays.map(({ data }) => data));
  const whole = [...values].every(Number.isInteger);
  if (/inst|object/.test(about.said) && whole) {
    const task = { kind: 'instances', files: about.files, encoding: 'npy' } as const;
    return { task, why: `objects by their name; ${form}, each value an object, 0 none` };
  }
  if (whole && values.size <= MOST && !/depth|disp/.test(about.said)) {
    return guessClasses(values, 'npy', form, about);
  }
  const kind = /disp/.test(about.said) ? 'disparity' : 'depth';
  const invalid = values.has(0) ? [0] : [];
  const task = { kind, files: about.files, encoding: 'npy', invalid } as const;
  return { task, why: `${kind}: ${form}, numbers as they are` };
}

async function guessTiff(some: readonly string[], { files, said }: About): Promise<Guess> {
  const { channels, depth, space } = await sharp(await readFile(some[0])).metadata();
  if (channels === 3 && depth === 'float' && space === 'scrgb') {
    const task = { kind: 'normals', files, encoding: 'tiff' } as const;
    return {
      task,
      why: "normals, as each pixel has three floats; TIFF; 'axes' is to be checked",
    };
  }
  if (channels !== 1 || depth !== 'float') {
    return {
      why: `TIFF, ${channels} of ${depth} (${space}); labels of one or three (RGB) floats a pixel are read`,
    };
  }
  const kind = /disp/.test(said) ? 'disparity' : 'depth';
  return { task: { kind, files, encoding: 'tiff' }, why: `${kind}: TIFF of floats, as they are` };
}

async function guessText(some: readonly string[], { files }: About): Promise<Guess> {
  const texts = await Promise.all(some.map(async (file) => (await readText(file)).trim()));
  return guessWords(texts, (words) => ({ ...words, files }));
}

/** Words of whole frames: numbers, or names of classes. */
export function guessWords(
  cells: readonly string[],
  made: (
    task:
      | { readonly kind: 'number'; readonly length: number }
      | { readonly kind: 'label'; readonly classes: string[] },
  ) => WrittenTask,
): Guess {
  const known = cells.filter((cell) => cell !== '');
  const numbers = known.map((cell) => cell.split(/\s+/).map(Number));
  const [first = []] = numbers;
  const same = numbers.every((row) => row.length === first.length && row.every(Number.isFinite));
  if (known.length > 0 && same) {
    return {
      task: made({ kind: 'number', length: first.length }),
      why: `${first.length} number${first.length > 1 ? 's' : ''} for each frame`,
    };
  }
  const classes = [...new Set(known)].sort();
  if (classes.length < 2 || classes.length > MOST || classes.some((name) => name.length > 40)) {
    return { why: `texts with ${classes.length} values, so no labels` };
  }
  return {
    task: made({ kind: 'label', classes }),
    why: `labels of whole frames: ${classes.slice(0, 8).join(', ')}`,
  };
}

/** Values, up to a few more than would be classes; NaN is none. */
function distinct(all: readonly ArrayLike<number>[]): Set<number> {
  const found = new Set<number>();
  for (const data of all) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isNaN(data[i]) && found.size < 70_000) found.add(data[i]);
    }
  }
  return found;
}

function shownValues(values: ReadonlySet<number>): string {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length <= 12
    ? sorted.join(', ')
    : `${sorted[0]} … ${sorted.at(-1)} (${sorted.length})`;
}

/** Name of a task from the place of its files. */
export function taskName({ folder, after }: Pick<FileGroup, 'folder' | 'after'>): string {
  const word = after.replace(/^[_-]/, '') || posix.basename(folder.replace(/\/?\{split\}$/, ''));
  const clean = word.replace(/[^A-Za-z0-9]+/g, '_').replace(/^[^A-Za-z]+|_+$/g, '');
  const name = clean.slice(0, 30) || 'labels';
  return taskFault(name) === undefined ? name : `${name}_labels`;
}
