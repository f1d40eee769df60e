import type { Sample } from '@scene-mtl/data';
import type { PixelErrors } from '@scene-mtl/eval';
import { kits, type Predictions, type VisionTask } from '@scene-mtl/vision-heads';

/** Names of the tasks that have an error at each pixel, in the order of the kits. */
export const taskOrder: readonly string[] = kits.flatMap(({ name, error }) =>
  error ? [name] : [],
);

/** Error of each pixel on the pixels that have a truth, by task. */
export type ErrorMaps = Readonly<Record<string, PixelErrors | undefined>>;

/**
 * Error of each pixel `[H, W]`, as each task's view says.
 * @param tasks those to judge; one without a map, or without truth in the sample, is left out
 */
export function errorMaps(
  tasks: readonly VisionTask[],
  sample: Sample,
  predictions: Predictions,
): ErrorMaps {
  const maps: Record<string, PixelErrors> = {};
  for (const { name, view, has, encode } of tasks) {
    if (view && has(sample)) maps[name] = view.errors(predictions[name], encode(sample));
  }
  return maps;
}

/** Mean error over the pixels with a truth; null where a frame has none (a street without objects). */
export function meanError({ error, mask }: PixelErrors): number | null {
  let sum = 0;
  let known = 0;
  for (let i = 0; i < error.length; i++) {
    if (mask[i] === 0) continue;
    sum += error[i];
    known++;
  }
  return known === 0 ? null : rounded(sum / known);
}

/** Four significant digits: enough to rank frames, and short in JSON. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
