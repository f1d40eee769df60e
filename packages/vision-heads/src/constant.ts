import type { Size } from '@scene-mtl/data';
import type { ConstantFit } from './kit.ts';

/** How many times one cell stands in an output: each pixel's, or once for a whole example. */
export type Repeats = (size: Size) => number;

/** For each pixel. */
export const perPixel: Repeats = ({ height, width }) => height * width;

/** Once. */
export const perExample: Repeats = () => 1;

/**
 * The class that is most frequent in the training split.
 * @param classes number of classes: shares of them serve as logits, the largest wins
 */
export function mostFrequent(classes: number, repeats: Repeats): ConstantFit {
  const counts = new Float64Array(classes);
  let counted = 0;
  return {
    add({ value, mask }) {
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        counted++;
        counts[value[i]]++;
      }
    },
    output: (size) =>
      repeated(
        counts.map((count) => count / Math.max(counted, 1)),
        repeats(size),
      ),
  };
}

/**
 * The mean of the training split, component by component.
 * @param channels of the target
 * @param head what the head gives for a mean; default the mean itself
 */
export function meanTarget(
  channels: number,
  repeats: Repeats,
  head: (mean: number) => number = (mean) => mean,
): ConstantFit {
  const sums = new Float64Array(channels);
  let counted = 0;
  return {
    add({ value, mask }) {
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        counted++;
        for (let c = 0; c < channels; c++) sums[c] += value[i * channels + c];
      }
    },
    output: (size) =>
      repeated(
        sums.map((sum) => head(sum / Math.max(counted, 1))),
        repeats(size),
      ),
  };
}

function repeated(cell: Float64Array, times: number): Float32Array {
  const output = new Float32Array(cell.length * times);
  for (let i = 0; i < times; i++) output.set(cell, i * cell.length);
  return output;
}
