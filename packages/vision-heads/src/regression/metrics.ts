import type { TargetEncoder } from '@scene-mtl/core';
import { exactSum, type ExactSum } from '@scene-mtl/eval';
import { counted } from '../counted.ts';
import type { Accumulator, Metrics } from '../kit.ts';
import type { RegressionPrediction } from './task.ts';

/** Root mean square and mean of the error of a number, in the target's own unit. */
export const regressionMetrics = [
  { name: 'rms', title: 'RMS', unit: '', digits: 3, better: 'lower' },
  { name: 'meanError', title: 'mean error', unit: '', digits: 3, better: 'lower' },
] as const satisfies Metrics;

/** Over all numbers of the split that are known. */
export function regressionAccumulator(target: TargetEncoder): Accumulator<RegressionPrediction> {
  const [absolute, square] = [exactSum(), exactSum()];
  const counts = {
    absolute,
    square,
    numbers: 0,
    merge(other: { absolute: ExactSum; square: ExactSum; numbers: number }) {
      absolute.merge(other.absolute);
      square.merge(other.square);
      counts.numbers += other.numbers;
    },
  };
  return counted(counts, {
    add({ values }, sample) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      if (mask[0] === 0) return;
      value.forEach((truth, k) => {
        absolute.add(Math.abs(values[k] - truth));
        square.add((values[k] - truth) ** 2);
        counts.numbers++;
      });
    },
    result: () => ({
      rms: Math.sqrt(square.value() / counts.numbers),
      meanError: absolute.value() / counts.numbers,
    }),
  });
}
