import { colourVectors } from '@scene-mtl/eval';
import type { Target } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import { meanTarget, perPixel } from '../constant.ts';
import { flipHint } from '../hints/flip-hint.ts';
import { unturnedHint } from '../hints/picture-hints.ts';
import type { MapView, TaskKit } from '../kit.ts';
import { regularIds } from '../semantic/official-labels.ts';
import { annotationIn, isUsual } from '../target-kit.ts';
import { showsFor, titleFor } from '../title.ts';
import { decodingFor } from './decoding.ts';
import { objectFiles, objectsOverlay, panopticOf, type ObjectFields } from './files.ts';
import { instanceAccumulator, instanceMetrics } from './metrics.ts';
import { objectJudge } from './object-judge.ts';
import { objectPictures } from './pictures.ts';
import { instanceTargetKit } from './targets.ts';
import { instance, type InstancePrediction } from './task.ts';

const NO_CLASSES = { classes: [], palette: [], instanceClasses: [] } as const;

const error = { title: 'centre vector error', unit: 'px' };

/** Everything of instances by centre vectors. */
export const instanceKit: TaskKit<InstancePrediction> = {
  ...instanceTargetKit,
  title: 'Instance',
  likelihood: 'laplace',
  metrics: instanceMetrics,
  constant: 'mean vector',
  error,
  hints: {
    flip: {
      ...{ says: 'a mirrored picture has the mirrored vectors', weight: 0.1 },
      // A mirror turns the x of a vector.
      make: (field) => flipHint(field, { turn: (map) => tf.mul(map, [-1, 1]) }),
    },
    unturned: {
      ...{ says: 'a mirrored picture has the same vectors', weight: 0.1, isFalse: true },
      make: (field) => unturnedHint(field),
    },
  },
  task(data, field) {
    // Objects are found in classes; without those there are only vectors.
    const { within } = annotationIn(data, field, 'objects');
    const { classes, palette, instanceClasses } =
      within === undefined ? NO_CLASSES : annotationIn(data, within, 'classes');
    const ids = classes.length > 0 && isUsual(data, field) ? regularIds(classes) : undefined;
    const labels = ids ?? classes.map((_, c) => c);
    const task = instance(field);
    const fields: ObjectFields = { field, within, classes, palette, instanceClasses, labels };
    return {
      ...task,
      kit: instanceKit,
      title: titleFor(instanceKit, field),
      metrics: instanceMetrics,
      accumulator: () => instanceAccumulator(task),
      judges: (size, beside) =>
        ids && within !== undefined && beside.has(within)
          ? [objectJudge(ids, size, decodingFor(size, instanceClasses))]
          : [],
      constant: () => meanTarget(2, perPixel),
      view: {
        ...view,
        shows: showsFor(instanceKit, field, view.shows),
        pictures(size, truth, prediction, example) {
          const { sample, predictions } = example;
          const objects = objectPictures(sample, predictions, size, fields);
          return objects
            ? { ...objects, shows: showsFor(instanceKit, field, 'objects') }
            : view.pictures(size, truth, prediction, example);
        },
      },
      overlay: (photo) => objectsOverlay(photo, fields),
      files: (photo) => objectFiles(photo, fields),
      panoptic: (photo) => panopticOf(photo, fields),
      meaning: ({ width }) =>
        `Vector (dx, dy) from each pixel to the centre of its object, px at width ${width}, x to the ` +
        'right, y down. Objects: cluster pixel + vector within each class of `instanceClasses`.',
    };
  },
};

/** Of vectors alone: what is shown where no classes are predicted, and errors in any case. */
const view: MapView<InstancePrediction> = {
  shows: 'centre vectors',
  pictures({ height, width }, truth, prediction) {
    const mask = truth && Uint8Array.from(truth.mask);
    const longest = truth ? longestVector(truth) : 1;
    const picture = (vectors: Float32Array) => colourVectors(vectors, mask, height, width, longest);
    return {
      ...(truth && { truth: picture(truth.value) }),
      // Where no object is, a vector means nothing: without a truth there is nothing to show.
      ...(truth && prediction && { prediction: picture(prediction.vectors) }),
    };
  },
  error,
  errors: ({ vectors }, { value, mask }) => ({
    error: new Float32Array(mask.length).map(
      (_, i) =>
        Math.abs(vectors[2 * i] - value[2 * i]) + Math.abs(vectors[2 * i + 1] - value[2 * i + 1]),
    ),
    mask,
  }),
  top: (_, { width }) => width / 10,
};

// A scale of 1 where there is nothing to scale by: the picture is then flat, not an error.
function longestVector({ value, mask }: Target): number {
  let most = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    most = Math.max(most, Math.hypot(value[2 * i], value[2 * i + 1]) || 0);
  }
  return most || 1;
}
