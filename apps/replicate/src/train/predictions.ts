import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import type { Dataset } from '@scene-mtl/datasets';
import { tilePng } from '@scene-mtl/eval';
import { tilesOf, type VisionTask } from '@scene-mtl/vision-heads';
import type { Evaluator } from './evaluation.ts';

/** Frames shown in reports: spread evenly over the validation split, never chosen by result. */
export function shownFrames(dataset: Dataset, count: number): readonly string[] {
  const ids = dataset.list('val');
  const n = Math.min(count, ids.length);
  return Array.from({ length: n }, (_, i) => ids[Math.floor(((i + 0.5) * ids.length) / n)]);
}

/** Writes `predictions/<frame>/<tile>.png`: photograph, then truth and prediction of each task. */
export async function savePredictions(
  folder: string,
  dataset: Dataset,
  evaluation: Evaluator,
  tasks: readonly VisionTask[],
  count: number,
): Promise<void> {
  const shown = await evaluation.predict(shownFrames(dataset, count));
  for (const { sample, predictions } of shown) {
    for (const [i, tile] of tilesOf(tasks, sample, predictions).entries()) {
      const file = `${i}-${tile.name.replace(/\W+/g, '-')}.png`;
      const path = join(folder, 'predictions', sample.id, file);
      await writeAtomically(path, await tilePng(tile));
    }
  }
}
