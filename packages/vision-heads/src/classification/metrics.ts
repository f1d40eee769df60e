import type { TargetEncoder } from '@scene-mtl/core';
import type { Accumulator, Metrics } from '../kit.ts';
import type { ClassificationPrediction } from './task.ts';

/** Share of the examples whose most probable class is the true one. */
export const classificationMetrics = [
  { name: 'accuracy', title: 'accuracy', unit: '%', digits: 2, better: 'higher' },
] as const satisfies Metrics;

/** Over all examples of the split that have a label. */
export function classificationAccumulator(
  target: TargetEncoder,
): Accumulator<ClassificationPrediction> {
  let right = 0;
  let all = 0;
  return {
    add(prediction, sample) {
      if (!target.has(sample)) return;
      right += Number(target.encode(sample).value[0] === prediction.value);
      all++;
    },
    result: () => ({ accuracy: (100 * right) / all }),
  };
}
