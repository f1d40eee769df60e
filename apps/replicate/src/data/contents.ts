import { join } from 'node:path';
import { dataFolder, type Split } from '@scene-mtl/datasets';
import { contentsOf, type Contents, type ProgressLine } from '@scene-mtl/lab';
import type { StoredData } from './stored-data.ts';

/**
 * What is in the files of some splits, without saying which those that a run learns from and is
 * validated on; undefined for data without files. Hashes are kept in `data/contents` of the folder of all runs.
 */
export async function contentsOfData(
  dataset: StoredData,
  runs: string,
  line: ProgressLine,
  splits: readonly Split[] = ['train', 'val'],
): Promise<Contents | undefined> {
  const { name, recipe, files } = dataset;
  if (!files) return undefined;
  const all = splits.flatMap((split) => dataset.list(split).flatMap((id) => files(id, split)));
  return contentsOf(dataFolder(recipe.root), all, {
    cache: join(runs, 'data', 'contents'),
    onProgress: (done, total) =>
      line.update(() => `${name}: looked at ${done} of ${total} files for changes`),
  });
}
