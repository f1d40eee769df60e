import { join, posix } from 'node:path';
import { parseJsonFile } from '@scene-mtl/data/json';
import { z } from 'zod';
import { NO_CATEGORY } from '../coco/files.ts';
import { DESCRIPTION, type WrittenDescription, type WrittenTask } from '../schema.ts';
import { SPLIT_FOLDERS, type FileGroup } from './groups.ts';

/** Most JSON files that are looked into. */
const LOOKED_AT = 16;

const categories = z.array(z.object({ id: z.number().int(), name: z.string() }));
const cocoSchema = z.object({
  images: z.array(z.unknown()),
  annotations: z.array(z.unknown()),
  categories,
});

/** Tasks of COCO files, and the splits that they make. */
export interface CocoGuess {
  readonly tasks: readonly {
    readonly name: string;
    readonly task: WrittenTask;
    readonly why: string;
  }[];
  /** Where the files, and no folders of images, tell the splits. */
  readonly splits?: { readonly splits: WrittenDescription['splits']; readonly why: string };
}

/** Objects and classes of the COCO files in a folder, or undefined where there are none. */
export async function guessCoco(
  root: string,
  files: readonly string[],
  images: FileGroup,
): Promise<CocoGuess | undefined> {
  const some = files
    .filter((path) => /\.json$/i.test(path) && path !== DESCRIPTION)
    .slice(0, LOOKED_AT);
  const found: { path: string; categories: z.infer<typeof categories> }[] = [];
  for (const path of some) {
    // Other JSON is no fault: it is not of this form.
    const coco = await parseJsonFile(join(root, path), cocoSchema).catch(() => undefined);
    if (coco) found.push({ path, categories: coco.categories });
  }
  if (found.length === 0) return undefined;
  const paths = found.map(({ path }) => path);
  const { form, splits } = formOf(paths, images);
  const annotations = form ?? (paths.length === 1 ? paths[0] : paths);
  const names = new Map(found.flatMap((one) => one.categories).map(({ id, name }) => [id, name]));
  const classes = [
    { name: 'no object', value: NO_CATEGORY },
    ...Array.from(names, ([value, name]) => ({ name: name.slice(0, 40), value })),
  ];
  const why = `${form ?? paths.join(', ')}: COCO masks of ${names.size} categories`;
  const instanceClasses = classes.slice(1).map(({ name }) => name);
  const encoding = 'coco';
  return {
    tasks: [
      {
        name: 'categories',
        task: { kind: 'classes', encoding, annotations, classes, instanceClasses },
        why: `${why}, what no mask covers being a class too`,
      },
      {
        name: 'objects',
        task: { kind: 'instances', encoding, annotations, within: 'categories' },
        why: `${why}, each mask an object, crowds none`,
      },
    ],
    ...(splits && { splits }),
  };
}

/** One form for the files of all splits, where their names tell the splits. */
function formOf(
  paths: readonly string[],
  images: FileGroup,
): { readonly form?: string; readonly splits?: CocoGuess['splits'] } {
  const bySplit: Record<string, string> = {};
  const forms = new Set<string>();
  for (const path of paths) {
    const stem = posix.basename(path, '.json');
    for (const [split, known] of Object.entries(SPLIT_FOLDERS)) {
      // `train`, `instances_train`, `train_coco`: a word of its own.
      const word = stem
        .split(/[^A-Za-z0-9]+/)
        .find((one) => known.some((k) => k === one.toLowerCase()));
      if (word === undefined) continue;
      bySplit[split] = word;
      forms.add(posix.join(posix.dirname(path), `${stem.replace(word, '{split}')}.json`));
    }
  }
  const { train, ...others } = bySplit;
  if (forms.size !== 1 || train === undefined || Object.keys(bySplit).length !== paths.length) {
    return {};
  }
  const [form] = forms;
  if (images.folder.includes('{split}')) {
    const folders = new Set(images.files.map(({ split }) => split));
    return Object.values(bySplit).every((word) => folders.has(word)) ? { form } : {};
  }
  const why = `${Object.keys(bySplit).join(', ')} as the COCO files have them`;
  return { form, splits: { splits: { by: 'folder', train, ...others }, why } };
}
