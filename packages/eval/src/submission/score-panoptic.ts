import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import {
  panopticQuality,
  type PanopticImage,
  type PanopticScores,
  type PanopticSegment,
} from '../cityscapes/panoptic.ts';
import { readPng } from '@scene-mtl/data/png';
import { filesBelow } from './files.ts';
import { checkSameSize } from './images.ts';
import { inOrder, type ScoreInput } from './in-order.ts';

interface Annotation {
  readonly imageId: string;
  /** Path of the id image. */
  readonly file: string;
  readonly segments: readonly PanopticSegment[];
}

/**
 * Scores a panoptic submission in COCO panoptic format: `NAME.json` with the folder `NAME/` of id
 * images beside it, once below `gt` and once below `pred` (either may also be the JSON file itself).
 *
 * @throws Error naming the file and image for anything malformed, missing or of another size
 */
export async function scorePanoptic(
  input: ScoreInput,
): Promise<PanopticScores & { images: number; names: ReadonlyMap<number, string> }> {
  const gtFile = await annotationFile(input.gt);
  const predFile = await annotationFile(input.pred);
  const gtJson = await readJson(gtFile);
  const predJson = await readJson(predFile);
  const categories = list(gtJson, 'categories', gtFile).map((c, k) => ({
    id: number(c, 'id', `${gtFile}: categories[${k}]`),
    isThing: Number(c.isthing) === 1,
    name: String(c.name ?? c.id),
  }));
  const truths = annotations(gtJson, gtFile);
  const guesses = new Map(annotations(predJson, predFile).map((a) => [a.imageId, a]));
  const pairs = truths.map((truth) => {
    const guess = guesses.get(truth.imageId);
    if (!guess) throw new Error(`${predFile}: no annotation for image_id "${truth.imageId}"`);
    return { truth, guess };
  });
  const evaluation = panopticQuality(categories);
  const read = async ({ truth, guess }: (typeof pairs)[number]) => {
    const [a, b] = await Promise.all([readIds(truth.file), readIds(guess.file)]);
    checkSameSize(a, truth.file, b, guess.file);
    const image = (ids: Uint32Array, { segments }: Annotation): PanopticImage => ({
      ids,
      segments,
    });
    return [image(a.ids, truth), image(b.ids, guess)] as const;
  };
  await inOrder(
    pairs,
    read,
    ([truth, guess], pair) => {
      try {
        evaluation.add(truth, guess);
      } catch (error) {
        const message = (error as Error).message;
        throw new Error(`${pair.guess.file}: ${message}`, { cause: error });
      }
    },
    input.onProgress,
  );
  const names = new Map(categories.map((c) => [c.id, c.name]));
  return { ...evaluation.result(), images: pairs.length, names };
}

/** The one JSON below a folder that has a folder of its own name beside it. */
async function annotationFile(path: string): Promise<string> {
  if (path.endsWith('.json')) return path;
  const found = (await filesBelow(path)).filter(
    (file) => file.endsWith('.json') && existsSync(file.slice(0, -5)),
  );
  if (found.length !== 1) {
    throw new Error(
      `${path}: expected one NAME.json with a folder NAME/ of id images beside it, found ${found.length}${found.length ? ` (${found.map((f) => basename(f)).join(', ')})` : ''}`,
    );
  }
  return found[0];
}

type Json = Record<string, unknown>;

async function readJson(file: string): Promise<Json> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Json;
  } catch (error) {
    throw new Error(`${file}: cannot be read as JSON (${(error as Error).message})`, {
      cause: error,
    });
  }
}

function list(json: Json, field: string, file: string): Json[] {
  const value = json?.[field];
  if (!Array.isArray(value)) throw new Error(`${file}: field "${field}" must be a list`);
  return value as Json[];
}

function number(entry: Json, field: string, where: string): number {
  const value = entry?.[field];
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Error(`${where}: field "${field}" must be a number, got ${JSON.stringify(value)}`);
  }
  return value;
}

function annotations(json: Json, file: string): Annotation[] {
  const folder = file.slice(0, -5);
  const seen = new Set<string>();
  return list(json, 'annotations', file).map((entry, k) => {
    const where = `${file}: annotations[${k}]`;
    const { image_id: imageId, file_name: name } = entry ?? {};
    if (typeof imageId !== 'string' && typeof imageId !== 'number') {
      throw new Error(`${where}: field "image_id" must be a text or number`);
    }
    const id = String(imageId);
    if (seen.has(id)) throw new Error(`${where}: image_id "${id}" is there twice; leave one`);
    seen.add(id);
    if (typeof name !== 'string') throw new Error(`${where}: field "file_name" must be a text`);
    const path = resolve(folder, name);
    const inside = relative(resolve(folder), path);
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
      throw new Error(`${where}: file_name "${name}" points outside ${folder}`);
    }
    const segments = list(entry, 'segments_info', where).map((segment, j): PanopticSegment => {
      const place = `${where}.segments_info[${j}]`;
      return {
        id: number(segment, 'id', place),
        categoryId: number(segment, 'category_id', place),
        isCrowd: Number(segment.iscrowd ?? 0) === 1,
        ...(segment.area === undefined ? {} : { area: number(segment, 'area', place) }),
      };
    });
    return { imageId: id, file: path, segments };
  });
}

/** Id image: id = R + 256 G + 65536 B. */
async function readIds(file: string) {
  const { width, height, channels, depth, data } = await readPng(file);
  if (channels < 3 || depth !== 8) {
    throw new Error(`${file}: is ${depth}-bit with ${channels} channels; expected 8-bit RGB ids`);
  }
  const ids = new Uint32Array(width * height);
  for (let i = 0; i < ids.length; i++) {
    const at = i * channels;
    ids[i] = data[at] + 256 * data[at + 1] + 65536 * data[at + 2];
  }
  return { width, height, ids };
}
