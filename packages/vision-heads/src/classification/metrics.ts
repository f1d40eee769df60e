import type { TargetEncoder } from '@scene-mtl/core';
import { counted } from '../counted.ts';
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
  const counts = {
    right: 0,
    all: 0,
    merge({ right, all }: { right: number; all: number }) {
      counts.right += right;
      counts.all += all;
    },
  };
  return counted(counts, {
    add(prediction, sample) {
      if (!target.has(sample)) return;
      counts.right += Number(target.encode(sample).value[0] === prediction.value);
      counts.all++;
    },
    result: () => ({ accuracy: (100 * counts.right) / counts.all }),
  });
}
