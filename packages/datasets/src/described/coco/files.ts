import { join } from 'node:path';
import { assertPixels } from '@scene-mtl/data';
import { parseJsonFile } from '@scene-mtl/data/json';
import { z } from 'zod';
import { keyOf, type LabelFiles, type Match } from '../label-files.ts';
import { patternOf } from '../pattern.ts';
import type { StoredValues } from '../values.ts';
import { maskOf } from './masks.ts';

/** What is read of a COCO file; there may be more in it. */
const cocoSchema = z.object({
  images: z.array(
    z.object({
      id: z.union([z.number(), z.string()]),
      file_name: z.string(),
      height: z.number().int().positive(),
      width: z.number().int().positive(),
    }),
  ),
  annotations: z.array(
    z.object({
      id: z.union([z.number(), z.string()]).optional(),
      image_id: z.union([z.number(), z.string()]),
      category_id: z.number().int(),
      iscrowd: z.union([z.number(), z.boolean()]).optional(),
      segmentation: z.unknown().optional(),
    }),
  ),
});

/** Category of a pixel that no mask covers; data sets count theirs from 0 or 1. */
export const NO_CATEGORY = -1;

type Coco = z.infer<typeof cocoSchema>;

interface Entry {
  readonly image: Coco['images'][number];
  readonly annotations: Coco['annotations'];
}

/** Masks in files of many frames, as COCO has them (Lin et al. 2014); each file is parsed once. */
export class CocoFiles {
  readonly #root: string;
  /** Entries of each file by the name of their image, without its ending. */
  readonly #files = new Map<string, ReadonlyMap<string, Entry>>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Which images have an entry, and in which file. An entry is of the image whose path ends with its `file_name`,
   * whatever their endings.
   * @param field of the description, for errors
   * @throws naming a file that is missing or of another form, or an entry that two images could be of
   */
  async list(
    files: readonly string[],
    forms: readonly string[],
    photos: readonly Match[],
    field: string,
  ): Promise<LabelFiles> {
    const first = new Map<string, Match>();
    const taken: string[] = [];
    for (const form of forms) {
      const hasSplit = form.includes('{split}');
      for (const path of files) {
        const split = hasSplit ? patternOf(form).match(path)?.split : undefined;
        if (hasSplit ? split === undefined : path !== form) continue;
        taken.push(path);
        const file = join(this.#root, path);
        const entries = await this.#parse(file);
        const used = new Map<Entry, string>();
        for (const { id, folder, path: photo } of photos) {
          if (split !== undefined && folder !== undefined && split !== folder) continue;
          const entry = entryOf(entries, photo);
          if (!entry) continue;
          const before = used.get(entry);
          if (before !== undefined) {
            throw new Error(`${file}: '${entry.image.file_name}' could be ${before} or ${photo}`);
          }
          used.set(entry, photo);
          const match = { id, folder: folder ?? split, path };
          if (!first.has(keyOf(match))) first.set(keyOf(match), match);
        }
      }
    }
    if (taken.length > 0) return { first, all: [], taken, leftOut: [] };
    throw new Error(`${field}.annotations: there is no ${forms.join(' and no ')}`);
  }

  /**
   * Numbers of one image: the category of each pixel, or which object it is of (1, 2, … in the order of the file);
   * −1 and 0 where there is none. Of two masks over one another the smaller is in front. A crowd has a category and is
   * no object.
   * @param file as `list` gave it, below the folder
   * @returns the numbers, and words for errors about them
   */
  read(
    file: string,
    photo: string,
    categories: boolean,
  ): { readonly where: string; readonly values: StoredValues } {
    const entry = entryOf(this.#files.get(file)!, photo)!;
    const { height, width } = entry.image;
    const where = `${file}: '${entry.image.file_name}'`;
    const size = { height, width };
    assertPixels(where, size);
    const masks = entry.annotations.map((one, k) => {
      try {
        const mask = maskOf(one.segmentation, size);
        const area = mask.reduce((sum, inside) => sum + inside, 0);
        const value = categories ? one.category_id : one.iscrowd ? 0 : k + 1;
        return { mask, area, value };
      } catch (cause) {
        const name = one.id === undefined ? `its annotation ${k}` : `annotation ${one.id}`;
        throw new Error(`${where}: ${name}: ${(cause as Error).message}`, { cause });
      }
    });
    const data = new Float64Array(height * width).fill(categories ? NO_CATEGORY : 0);
    // The largest first; of equals the later one stays in front.
    for (const { mask, value } of masks.sort((a, b) => b.area - a.area)) {
      mask.forEach((inside, i) => {
        if (inside) data[i] = value;
      });
    }
    return { where, values: { height, width, data } };
  }

  async #parse(file: string): Promise<ReadonlyMap<string, Entry>> {
    const known = this.#files.get(file);
    if (known) return known;
    const { images, annotations } = await parseJsonFile(file, cocoSchema);
    const byImage = new Map<number | string, Coco['annotations']>();
    for (const image of images) byImage.set(image.id, []);
    annotations.forEach((one, i) => {
      const own = byImage.get(one.image_id);
      if (own === undefined) {
        throw new Error(
          `${file}: annotations[${i}].image_id: expected the id of an image, got ${one.image_id}`,
        );
      }
      own.push(one);
    });
    const entries = new Map<string, Entry>();
    for (const image of images) {
      const name = stemOf(image.file_name);
      if (entries.has(name)) {
        throw new Error(`${file}: images: '${image.file_name}' is there twice; leave one`);
      }
      entries.set(name, { image, annotations: byImage.get(image.id)! });
    }
    this.#files.set(file, entries);
    return entries;
  }
}

const stemOf = (path: string): string => path.replace(/^\.\//, '').replace(/\.[^./]+$/, '');

/** The entry whose name a path ends with, the longest such name. */
function entryOf(entries: ReadonlyMap<string, Entry>, photo: string): Entry | undefined {
  const parts = stemOf(photo).split(/[\\/]/);
  for (let k = 0; k < parts.length; k++) {
    const entry = entries.get(parts.slice(k).join('/'));
    if (entry) return entry;
  }
  return undefined;
}
