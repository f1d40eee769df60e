import {
  diskCached,
  leftOutLines,
  listingWarning,
  openDataset,
  warnOnce,
  withDerived,
  type Dataset,
  type DerivedField,
  type OpenOptions,
  type Split,
} from '@scene-mtl/datasets';
import type { PluginRecord } from '../config/plugins.ts';
import { loadConfigured } from '../plugins/load.ts';

/** Where the data of a run lies and what of it is used: what a worker thread needs to open it. */
export interface DataRecipe {
  /** A Cityscapes tree, CamVid, one's own; or what `defineDataset` named, see `dataPlace`. */
  readonly root: string;
  /** Of a Cityscapes tree; 20: void is a class too. Default 19. */
  readonly classes?: 19 | 20;
  /** Of a Cityscapes tree: disparity of the sky; default 'zero'. */
  readonly skyDisparity?: 'zero' | 'asRecorded';
  /** Annotations to be computed from others where the data has them not. */
  readonly derive?: readonly DerivedField[];
  /** Tree with the true labels, to validate on; absent: `root` has them. */
  readonly truth?: string;
  /** Frames of each split at most; null: all. */
  readonly limits: Readonly<Record<Split, number | null>>;
  /** So many training frames stand in for the validation split; null: none. */
  readonly holdOut: number | null;
  /** Modules that define the data set, or tasks that learn from it; absent: none. */
  readonly plugins?: readonly PluginRecord[];
  /** Folder of decoded and resized samples; absent: every reading decodes. */
  readonly cache?: string;
}

/** A data set that other threads can open too. */
export interface StoredData extends Dataset {
  readonly recipe: DataRecipe;
}

/** No limit. */
export const ALL: DataRecipe['limits'] = { train: null, val: null, test: null };

/** Largest size of the folder of samples, bytes: three times what Cityscapes takes at 128×256. */
const CACHE_BYTES = 4 * 2 ** 30;

/**
 * Opens what a recipe says.
 * @throws as `openDataset` does; for data without annotations; when fewer frames are there than held out
 */
export async function openStored(recipe: DataRecipe): Promise<StoredData> {
  const { truth, limits, holdOut, derive = [], plugins } = recipe;
  await loadConfigured(plugins);
  const labelled = await opened(recipe.root, recipe);
  const judged = truth === undefined ? labelled : judgedBy(await opened(truth, recipe), labelled);
  const limited: Dataset = {
    ...withDerived(judged, derive),
    list: (split) => spread(judged.list(split), limits[split]),
  };
  return { ...heldOut(limited, holdOut), recipe };
}

async function opened(
  root: string,
  { classes, skyDisparity, plugins = [], cache }: DataRecipe,
): Promise<Dataset> {
  const options: OpenOptions = {
    ...(classes && { classes }),
    ...(skyDisparity && { skyDisparity }),
  };
  const dataset = await openDataset(root, options);
  if (dataset.fields.length === 0) {
    const found = leftOutLines(dataset.leftOut ?? []).join('; ') || 'neither';
    throw new Error(
      `${root}: ${dataset.name} without classes, objects or disparities, so there is nothing to train on; expected gtFine or disparity beside leftImg8bit, or CamVid; found ${found}`,
    );
  }
  const warning = listingWarning(root, dataset);
  if (warning !== undefined) warnOnce(`warning: ${warning}`);
  // Of what has no files a cache would not see a change.
  if (cache === undefined || (plugins.length > 0 && !dataset.files)) return dataset;
  // A plugin may decide what is read from the same files.
  const checksums = plugins.map(({ checksum }) => checksum).sort();
  const key = JSON.stringify(checksums.length > 0 ? { ...options, checksums } : options);
  return diskCached(dataset, { folder: cache, maximumBytes: CACHE_BYTES, key });
}

/** Noisy labels to train on, and the truth to validate with. */
const judgedBy = (truth: Dataset, noisy: Dataset): Dataset => ({
  ...noisy,
  ...filesBy(noisy, (id, split) => (split === 'val' ? truth : noisy).files?.(id, split)),
  read: (id, split, size) => (split === 'val' ? truth : noisy).read(id, split, size),
});

/** Some training frames, evenly over the list, in place of the validation split. */
export function heldOut(dataset: Dataset, count: number | null): Dataset {
  if (count === null) return dataset;
  const all = dataset.list('train');
  if (count >= all.length) {
    throw new Error(
      `data.holdOut ${count}: ${dataset.name} has only ${all.length} training frames`,
    );
  }
  const held = spread(all, count);
  const out = new Set(held);
  const train = all.filter((id) => !out.has(id));
  const home = (id: string, split: Split): Split => (out.has(id) ? 'train' : split);
  return {
    ...dataset,
    list: (split) => (split === 'test' ? dataset.list(split) : split === 'val' ? held : train),
    ...filesBy(dataset, (id, split) => dataset.files?.(id, home(id, split))),
    read: (id, split, size) => dataset.read(id, home(id, split), size),
  };
}

/** Files of frames that come from elsewhere; data without files stay so. */
const filesBy = (
  dataset: Dataset,
  files: (id: string, split: Split) => readonly string[] | undefined,
): Pick<Dataset, 'files'> =>
  dataset.files ? { files: (id, split) => files(id, split) ?? [] } : {};

/** At most `limit` frames, evenly over the list: neighbours in a video are alike. */
function spread<T>(list: readonly T[], limit: number | null): readonly T[] {
  if (limit === null || list.length <= limit) return list;
  return Array.from({ length: limit }, (_, i) => list[Math.floor((i * list.length) / limit)]);
}
