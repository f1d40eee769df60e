import { colourDisparity, disparityMap, type Overlay } from '@scene-mtl/eval';
import { meanTarget, perPixel } from '../constant.ts';
import { flipHint } from '../hints/flip-hint.ts';
import { fallingHint, rowsHint, unturnedHint } from '../hints/picture-hints.ts';
import { largest } from '../largest.ts';
import type { MapView, OutputFile, PredictedPhoto, TaskKit } from '../kit.ts';
import { enlarged } from '../enlarged.ts';
import { over } from '../overlay.ts';
import { depthAccumulator, depthJudge, depthMetrics, DISPARITY_UNIT } from './metrics.ts';
import { depthTargetKit } from './targets.ts';
import { showsFor, titleFor } from '../title.ts';
import { depth, type DepthPrediction } from './task.ts';

const error = { title: 'disparity error', unit: DISPARITY_UNIT };

/** Everything of depth by disparity. */
export const depthKit: TaskKit<DepthPrediction> = {
  ...depthTargetKit,
  title: 'Depth',
  likelihood: 'laplace',
  metrics: depthMetrics,
  constant: 'mean disparity',
  error,
  hints: {
    flip: {
      ...{ says: 'a mirrored picture has the mirrored disparity', weight: 1 },
      make: (field) => flipHint(field),
    },
    rows: { says: 'disparity never falls downwards', weight: 10, make: rowsHint },
    unturned: {
      ...{ says: 'a mirrored picture has the same disparity', weight: 1, isFalse: true },
      make: (field) => unturnedHint(field),
    },
    falling: {
      ...{ says: 'disparity never rises downwards', weight: 10, isFalse: true },
      make: fallingHint,
    },
  },
  task(_, field) {
    const task = depth(field);
    return {
      ...task,
      kit: depthKit,
      title: titleFor(depthKit, field),
      metrics: depthMetrics,
      accumulator: () => depthAccumulator(task),
      judges: () => [depthJudge(task)],
      constant: () => meanTarget(1, perPixel),
      view: { ...view, shows: showsFor(depthKit, field, view.shows) },
      overlay: (photo) => depthOverlay(photo, field),
      files: (photo) => depthFiles(photo, field),
      meaning: ({ width }) =>
        `Disparity in px at width ${width}; below 0 counts as 0. Inverse depth: disparity / (baseline · fx).`,
    };
  },
};

const view: MapView<DepthPrediction> = {
  shows: 'disparity',
  pictures({ height, width }, truth, prediction) {
    const nearest = truth ? largest(truth) : largest({ value: prediction?.disparity ?? [] });
    return {
      ...(truth && {
        truth: colourDisparity(truth.value, Uint8Array.from(truth.mask), height, width, nearest),
      }),
      ...(prediction && {
        prediction: colourDisparity(prediction.disparity, undefined, height, width, nearest),
      }),
    };
  },
  error,
  errors: ({ disparity }, { value, mask }) => ({
    error: value.map((d, i) => Math.abs(disparity[i] - d)),
    mask,
  }),
  top: (truth) => largest(truth) / 2,
};

/** Disparity at the photograph's size, in px at its width. */
function disparityOf({ size, native, predictions }: PredictedPhoto, field: string): Float32Array {
  const { disparity } = predictions[field] as DepthPrediction;
  const scale = native.width / size.width;
  return enlarged(disparity, size, native).map((d) => d * scale);
}

/** The photograph under its disparity; the lightest is the nearest pixel. */
function depthOverlay(photo: PredictedPhoto, field: string): Overlay {
  const { height, width } = photo.native;
  const disparity = disparityOf(photo, field);
  const nearest = largest({ value: disparity });
  return {
    title: showsFor(depthKit, field, 'disparity'),
    picture: over(photo.image, colourDisparity(disparity, undefined, height, width, nearest)),
    key: { kind: 'scale', colours: disparityMap, from: 0, to: nearest, unit: DISPARITY_UNIT },
  };
}

/**
 * The disparity as a 16-bit Cityscapes PNG at the photograph's size, in px at that width: `p = round(256 d) + 1`. A
 * negative prediction counts as 0; above 255.99 px it is clipped.
 */
function depthFiles(photo: PredictedPhoto, field: string): OutputFile[] {
  const recorded = Uint16Array.from(disparityOf(photo, field), (d) =>
    Math.min(65535, Math.round(Math.fround(Math.max(0, d)) * 256) + 1),
  );
  return [
    {
      path: `${showsFor(depthKit, field, 'disparity')}/${photo.stem}_disparity.png`,
      content: { ...photo.native, data: recorded },
    },
  ];
}
