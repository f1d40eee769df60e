import { stream } from '@scene-mtl/data';
import type { TrainingBatch } from '@scene-mtl/core';
import type { Columns } from './drawn.ts';

/**
 * Batches of columns, a new order each epoch, those that are not full left out. The batch of a number depends on the
 * seed and that number alone.
 * @param first number of the first batch
 * @throws when there is no full batch
 */
export async function* columnBatches(
  { count, arrays, widths }: Columns,
  batchSize: number,
  seed: number,
  first: number,
): AsyncGenerator<TrainingBatch, void, undefined> {
  const perEpoch = Math.floor(count / batchSize);
  if (perEpoch === 0) {
    throw new Error(`${count} examples give no batch of ${batchSize}; lower batchSize`);
  }
  let [epoch, order] = [-1, [] as number[]];
  for (let number = first; ; number++) {
    const now = Math.floor(number / perEpoch);
    if (now !== epoch) {
      epoch = now;
      order = stream(seed, 'order', epoch).shuffle(Array.from({ length: count }, (_, i) => i));
    }
    const start = (number % perEpoch) * batchSize;
    const taken = order.slice(start, start + batchSize);
    yield await Promise.resolve({
      arrays: Object.fromEntries(
        Object.entries(arrays).map(([key, values]) => [key, rowsOf(values, widths[key], taken)]),
      ),
    });
  }
}

/** Some rows of `[N, width]`, in their order. */
export function rowsOf(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => taken.set(values.subarray(row * width, (row + 1) * width), i * width));
  return taken;
}
