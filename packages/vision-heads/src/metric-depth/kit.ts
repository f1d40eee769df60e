import type { Target } from '@scene-mtl/core';
import { colourDisparity, disparityMap, type Overlay, type Rgb } from '@scene-mtl/eval';
import type { Size } from '@scene-mtl/data';
import { meanTarget, perPixel } from '../constant.ts';
import { largest } from '../largest.ts';
import type { MapView, OutputFile, PredictedPhoto, TaskKit } from '../kit.ts';
import { enlarged } from '../enlarged.ts';
import { over } from '../overlay.ts';
import { annotationIn } from '../target-kit.ts';
import { titleFor } from '../title.ts';
import { metricDepthAccumulator, metricDepthJudge, metricDepthMetrics } from './metrics.ts';
import { metricDepthTargetKit } from './targets.ts';
import { metricDepth, type MetricDepthPrediction } from './task.ts';

const errorIn = (unit: string) => ({ title: 'depth error', unit });

/** Everything of depth in a unit of its own. */
export const metricDepthKit: TaskKit<MetricDepthPrediction> = {
  ...metricDepthTargetKit,
  title: 'Depth',
  likelihood: 'laplace',
  metrics: metricDepthMetrics('m'),
  constant: 'mean depth',
  error: errorIn('m'),
  task(data, field) {
    const { unit } = annotationIn(data, field, 'depth');
    const task = metricDepth(field, unit);
    return {
      ...task,
      kit: metricDepthKit,
      title: titleFor(metricDepthKit, field),
      metrics: metricDepthMetrics(unit),
      accumulator: () => metricDepthAccumulator(task),
      judges: (size) => [metricDepthJudge(task, unit, size)],
      constant: () => meanTarget(1, perPixel),
      view: viewOf(field, unit),
      overlay: (photo) => depthOverlay(photo, field, unit),
      files: (photo) => depthFiles(photo, field),
      meaning: () => `Depth in ${unit}; below 0 counts as 0.`,
    };
  },
};

const viewOf = (shows: string, unit: string): MapView<MetricDepthPrediction> => ({
  shows,
  pictures(size, truth, prediction) {
    const farthest = truth ? largest(truth) : largest({ value: prediction?.depth ?? [] });
    return {
      ...(truth && { truth: coloured(truth.value, truth.mask, size, farthest) }),
      ...(prediction && { prediction: coloured(prediction.depth, undefined, size, farthest) }),
    };
  },
  error: errorIn(unit),
  errors: ({ depth }, { value, mask }) => ({
    error: value.map((z, i) => Math.abs(depth[i] - z)),
    mask,
  }),
  top: (truth) => largest(truth) / 2,
});

/** The lightest is the nearest, as for disparities. */
function coloured(
  depth: ArrayLike<number>,
  mask: Target['mask'] | undefined,
  { height, width }: Size,
  farthest: number,
): Rgb {
  const near = Float32Array.from(depth, (z) => farthest - Math.min(farthest, Math.max(0, z)));
  return colourDisparity(near, mask && Uint8Array.from(mask), height, width, farthest);
}

const depthOf = ({ size, native, predictions }: PredictedPhoto, field: string): Float32Array =>
  enlarged((predictions[field] as MetricDepthPrediction).depth, size, native);

/** The photograph under its depth; the lightest is the nearest pixel. */
function depthOverlay(photo: PredictedPhoto, field: string, unit: string): Overlay {
  const depth = depthOf(photo, field);
  const farthest = largest({ value: depth });
  return {
    title: field,
    picture: over(photo.image, coloured(depth, undefined, photo.native, farthest)),
    key: { kind: 'scale', colours: disparityMap, from: farthest, to: 0, unit },
  };
}

/**
 * The depth at the photograph's size as a 16-bit PNG, `p = round(256 z)` as KITTI has it; clipped to what 16 bits
 * hold, 0 … 255.996.
 */
function depthFiles(photo: PredictedPhoto, field: string): OutputFile[] {
  const recorded = Uint16Array.from(depthOf(photo, field), (z) =>
    Math.min(65535, Math.round(256 * Math.max(0, z))),
  );
  return [
    { path: `${field}/${photo.stem}_depth.png`, content: { ...photo.native, data: recorded } },
  ];
}
