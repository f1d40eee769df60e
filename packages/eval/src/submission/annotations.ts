import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { PanopticSegment } from '../cityscapes/panoptic.ts';
import { liesIn } from './inside.ts';
import { readJson, type Json } from './text.ts';
import { filesBelow, isFolder } from './walk.ts';

/** A category of a panoptic ground truth. */
export interface Category {
  readonly id: number;
  readonly isThing: boolean;
  readonly name: string;
}

/** What a panoptic JSON says of one image. */
export interface Annotation {
  readonly imageId: string;
  /** Path of the id image. */
  readonly file: string;
  /** File and entry, for errors. */
  readonly where: string;
  readonly segments: readonly PanopticSegment[];
}

/** A panoptic JSON file and its object. */
export interface AnnotationFile {
  readonly file: string;
  readonly json: Json;
}

/**
 * The one panoptic JSON of a folder, or the file itself: `NAME.json` with the folder `NAME/` of id images
 * beside it (the official layout), or one that lies beside its images (as detectron2 writes it). Other JSON
 * files are passed over: they hold no list `annotations` of `segments_info`.
 *
 * @throws Error naming what was found when it is not one
 */
export async function annotationFile(
  path: string,
  onFound?: (files: number) => void,
): Promise<AnnotationFile> {
  if (path.endsWith('.json') && !(await isFolder(path))) {
    return { file: path, json: await readJson(path) };
  }
  const below = await filesBelow(path, onFound);
  const files = below.files.filter((file) => file.endsWith('.json'));
  const withFolder: string[] = [];
  for (const file of files) if (await isFolder(folderNamed(file))) withFolder.push(file);
  const candidates = withFolder.length > 0 ? withFolder : await besideImages(files);
  const found: AnnotationFile[] = [];
  const broken: unknown[] = [];
  for (const file of candidates) {
    try {
      const json = await readJson(file);
      // A single candidate is meant, whatever it holds; its faults are named when its fields are read.
      if (candidates.length === 1 || holdsSegments(json)) found.push({ file, json });
    } catch (error) {
      broken.push(error);
    }
  }
  if (found.length === 0 && broken.length > 0) throw broken[0];
  if (found.length === 1) return found[0];
  const names = found.map(({ file }) => basename(file)).join(', ');
  throw new Error(
    `${path}: expected one NAME.json with a folder NAME/ of id images beside it, or one beside its images, found ${found.length}${names && ` (${names}); give the file itself`}`,
  );
}

const folderNamed = (file: string): string => file.slice(0, -'.json'.length);

/** Those that have a PNG file beside them. */
async function besideImages(files: readonly string[]): Promise<string[]> {
  const folders = new Map<string, boolean>();
  const found: string[] = [];
  for (const file of files) {
    const folder = dirname(file);
    const known =
      folders.get(folder) ?? (await readdir(folder)).some((name) => name.endsWith('.png'));
    folders.set(folder, known);
    if (known) found.push(file);
  }
  return found;
}

const holdsSegments = ({ annotations }: Json): boolean =>
  Array.isArray(annotations) &&
  annotations.every((entry: Json | null) => Array.isArray(entry?.['segments_info']));

/**
 * The categories of a ground truth.
 * @throws Error naming file and field
 */
export function categoriesOf({ file, json }: AnnotationFile): Category[] {
  const seen = new Set<number>();
  const all = list(json, 'categories', file).map((entry, k) => {
    const where = `${file}: categories[${k}]`;
    const id = whole(entry, 'id', where, 0, 2 ** 31);
    if (seen.has(id)) throw new Error(`${where}: id ${id} is there twice; leave one`);
    seen.add(id);
    return {
      id,
      isThing: flag(entry, 'isthing', where),
      name: typeof entry.name === 'string' ? entry.name : String(id),
    };
  });
  const times = new Map<string, number>();
  for (const { name } of all) times.set(name, (times.get(name) ?? 0) + 1);
  return all.map((c) => (times.get(c.name) === 1 ? c : { ...c, name: `${c.name} (${c.id})` }));
}

/**
 * What a panoptic JSON says of its images.
 *
 * @param categories of the ground truth
 * @param truth true for the ground truth, which alone states groups (`iscrowd`) and pixels (`area`)
 * @throws Error naming file, entry and field
 */
export async function annotationsOf(
  { file, json }: AnnotationFile,
  categories: readonly Category[],
  truth: boolean,
): Promise<Annotation[]> {
  const named = folderNamed(file);
  const folder = (await isFolder(named)) ? named : dirname(file);
  const known = new Set(categories.map(({ id }) => id));
  const seen = new Set<string>();
  return list(json, 'annotations', file).map((entry, k) => {
    const where = `${file}: annotations[${k}]`;
    const { image_id: imageId, file_name: name } = entry;
    if (typeof imageId !== 'string' && typeof imageId !== 'number') {
      throw new Error(`${where}: field "image_id" must be a text or number`);
    }
    const id = String(imageId);
    if (seen.has(id)) {
      throw new Error(`${where}: image_id ${JSON.stringify(id)} is there twice; leave one`);
    }
    seen.add(id);
    if (typeof name !== 'string') throw new Error(`${where}: field "file_name" must be a text`);
    const path = resolve(folder, name);
    if (!liesIn(folder, path)) {
      throw new Error(`${where}: file_name ${JSON.stringify(name)} points outside ${folder}`);
    }
    const ids = new Set<number>();
    const segments = list(entry, 'segments_info', where).map((segment, j): PanopticSegment => {
      const place = `${where}.segments_info[${j}]`;
      const own = whole(segment, 'id', place, 1, 2 ** 24 - 1);
      if (ids.has(own)) throw new Error(`${place}: id ${own} is there twice; leave one`);
      ids.add(own);
      const categoryId = whole(segment, 'category_id', place, -(2 ** 31), 2 ** 31);
      if (!known.has(categoryId)) {
        throw new Error(
          `${place}: segment ${own} has category ${categoryId}, which the ground truth does not define; use regular ids`,
        );
      }
      if (!truth) return { id: own, categoryId };
      const isCrowd = flag(segment, 'iscrowd', place);
      if (segment.area === undefined) return { id: own, categoryId, isCrowd };
      return { id: own, categoryId, isCrowd, area: whole(segment, 'area', place, 0, 2 ** 31) };
    });
    return { imageId: id, file: path, where, segments };
  });
}

function list(json: Json, field: string, where: string): Json[] {
  const value = json[field];
  if (!Array.isArray(value)) throw new Error(`${where}: field "${field}" must be a list`);
  const odd = value.findIndex((entry) => typeof entry !== 'object' || entry === null);
  if (odd >= 0) {
    const place = `${where}${where.endsWith(']') ? '.' : ': '}${field}[${odd}]`;
    throw new Error(`${place}: expected an object, got ${JSON.stringify(value[odd])}`);
  }
  return value as Json[];
}

function whole(entry: Json, field: string, where: string, from: number, to: number): number {
  const value = entry[field];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
    throw new Error(
      `${where}: field "${field}" must be a whole number ${from} … ${to}, got ${JSON.stringify(value)}`,
    );
  }
  return value;
}

/** 1 or true, 0 or false. */
function flag(entry: Json, field: string, where: string): boolean {
  const value = entry[field];
  if (value === 1 || value === true) return true;
  if (value === 0 || value === false) return false;
  throw new Error(`${where}: field "${field}" must be 0 or 1, got ${JSON.stringify(value)}`);
}
