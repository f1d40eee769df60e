import type { TargetEncoder } from '@scene-mtl/core';
import { vectorError } from '@scene-mtl/eval';
import { counted } from '../counted.ts';
import type { Accumulator, Metrics } from '../kit.ts';
import type { InstancePrediction } from './task.ts';

/** Mean of |dx| + |dy|, mean length and RMS length of the error of the vectors. */
export const instanceMetrics = [
  { name: 'meanError', title: 'mean error', unit: 'px', digits: 2, better: 'lower' },
  { name: 'euclidean', title: 'Euclidean error', unit: 'px', digits: 2, better: 'lower' },
  { name: 'rms', title: 'RMS', unit: 'px', digits: 2, better: 'lower' },
] as const satisfies Metrics;

/** Over all pixels of objects of the split. */
export function instanceAccumulator(target: TargetEncoder): Accumulator<InstancePrediction> {
  const errors = vectorError();
  return counted(errors, {
    add(prediction, sample) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      errors.add(value, prediction.vectors, mask);
    },
    result() {
      const { l1, euclidean, rms } = errors.result();
      return { meanError: l1, euclidean, rms };
    },
  });
}
