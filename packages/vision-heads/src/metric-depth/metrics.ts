import type { TargetEncoder } from '@scene-mtl/core';
import { disparityError } from '@scene-mtl/eval';
import { counted } from '../counted.ts';
import type { Accumulator, Metric, Metrics } from '../kit.ts';
import type { MetricDepthPrediction } from './task.ts';

const within = (name: string, title: string) =>
  ({ name, title, unit: '%', digits: 1, better: 'higher' }) as const;

/**
 * Mean and root mean square of |z − ẑ|, mean of |z − ẑ| / z, and the shares of the pixels whose
 * max(z/ẑ, ẑ/z) is below 1.25, 1.25², 1.25³ (Eigen, Puhrsch & Fergus 2014).
 * @param unit of the depths
 */
export const metricDepthMetrics = (unit: string): readonly [Metric, ...Metric[]] =>
  [
    { name: 'meanError', title: 'mean error', unit, digits: 3, better: 'lower' },
    { name: 'rms', title: 'RMS', unit, digits: 3, better: 'lower' },
    { name: 'absRel', title: 'abs rel', unit: '', digits: 3, better: 'lower' },
    within('delta1', 'δ < 1.25'),
    within('delta2', 'δ < 1.25²'),
    within('delta3', 'δ < 1.25³'),
  ] satisfies Metrics;

/** Over all pixels of the split whose depth is known; the relative ones over those with z > 0. */
export function metricDepthAccumulator(target: TargetEncoder): Accumulator<MetricDepthPrediction> {
  // The formulas are those of disparities: they name no unit.
  const errors = disparityError();
  return counted(errors, {
    add(prediction, sample) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      errors.add(value, prediction.depth, mask);
    },
    result() {
      const { mean, rms, absRel, delta1, delta2, delta3 } = errors.result();
      return {
        meanError: mean,
        ...{ rms, absRel },
        delta1: 100 * delta1,
        delta2: 100 * delta2,
        delta3: 100 * delta3,
      };
    },
  });
}
