import type { MetricInfo, TargetEncoder } from '@scene-mtl/core';
import { cameraKind, findField } from '@scene-mtl/data';
import { disparityError } from '@scene-mtl/eval';
import { counted } from '../counted.ts';
import { judgeByExample } from '../judge-by-example.ts';
import type { Accumulator, Judge, Metrics } from '../kit.ts';
import type { DepthPrediction } from './task.ts';

/** Of disparities; px are those of the images that were judged. */
export const DISPARITY_UNIT = 'px of disparity';

/** Mean and root mean square of |d − d̂|. */
export const depthMetrics = [
  { name: 'meanError', title: 'mean error', unit: DISPARITY_UNIT, digits: 3, better: 'lower' },
  { name: 'rms', title: 'RMS', unit: DISPARITY_UNIT, digits: 3, better: 'lower' },
] as const satisfies Metrics;

/** Over all pixels of the split whose disparity is known. */
export function depthAccumulator(target: TargetEncoder): Accumulator<DepthPrediction> {
  const errors = disparityError();
  return counted(errors, {
    add(prediction, sample) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      errors.add(value, prediction.disparity, mask);
    },
    result() {
      const { mean, rms } = errors.result();
      return { meanError: mean, rms };
    },
  });
}

const relative = (field: string): readonly MetricInfo[] => [
  { name: `${field}/relativeDisparity`, unit: '', better: 'lower' },
  { name: `${field}/delta1`, unit: '%', better: 'higher' },
  { name: `${field}/delta2`, unit: '%', better: 'higher' },
  { name: `${field}/delta3`, unit: '%', better: 'higher' },
  { name: `${field}/inverseDepthMean`, unit: 'm⁻¹', better: 'lower' },
  { name: `${field}/inverseDepthRms`, unit: 'm⁻¹', better: 'lower' },
];

/** Relative errors of the disparity, and its error as inverse depth where the camera is known. */
export function depthJudge(target: TargetEncoder): Judge {
  const field = target.name;
  return judgeByExample({
    metrics: relative(field),
    counters: () => ({ errors: disparityError() }),
    add({ errors }, sample, predictions) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      const { disparity } = predictions[field] as DepthPrediction;
      const camera = findField(sample, 'camera', cameraKind);
      errors.add(value, disparity, mask, camera && camera.baseline * camera.fx);
    },
    result({ errors }) {
      const { relativeDisparity, delta1, delta2, delta3, inverseDepthMean, inverseDepthRms } =
        errors.result();
      return {
        [`${field}/relativeDisparity`]: relativeDisparity,
        [`${field}/delta1`]: 100 * delta1,
        [`${field}/delta2`]: 100 * delta2,
        [`${field}/delta3`]: 100 * delta3,
        [`${field}/inverseDepthMean`]: inverseDepthMean,
        [`${field}/inverseDepthRms`]: inverseDepthRms,
      };
    },
  });
}
