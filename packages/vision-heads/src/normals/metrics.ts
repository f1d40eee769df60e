import type { TargetEncoder } from '@scene-mtl/core';
import { angularError } from '@scene-mtl/eval';
import { counted } from '../counted.ts';
import type { Accumulator, Metrics } from '../kit.ts';
import type { NormalsPrediction } from './task.ts';

const within = (degrees: string) =>
  ({ title: `within ${degrees}°`, unit: '%', digits: 1, better: 'higher' }) as const;

/** The five numbers that are reported for NYUv2: see `angularError`. */
export const normalsMetrics = [
  { name: 'meanAngle', title: 'mean angle', unit: '°', digits: 2, better: 'lower' },
  { name: 'medianAngle', title: 'median angle', unit: '°', digits: 2, better: 'lower' },
  { name: 'within11', ...within('11.25') },
  { name: 'within22', ...within('22.5') },
  { name: 'within30', ...within('30') },
] as const satisfies Metrics;

/** Over all pixels of the split whose normal is known. */
export function normalsAccumulator(target: TargetEncoder): Accumulator<NormalsPrediction> {
  const errors = angularError();
  return counted(errors, {
    add(prediction, sample) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      errors.add(value, prediction.normals, mask);
    },
    result() {
      const { mean, median, within11, within22, within30 } = errors.result();
      return {
        meanAngle: mean,
        medianAngle: median,
        within11: 100 * within11,
        within22: 100 * within22,
        within30: 100 * within30,
      };
    },
  });
}
