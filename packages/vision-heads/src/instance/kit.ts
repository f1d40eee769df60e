import { resizeNearest, type Size } from '@scene-mtl/data';
import { colourInstances, colourVectors, type Rgb } from '@scene-mtl/eval';
import type { Target } from '@scene-mtl/core';
import { meanTarget, perPixel } from '../constant.ts';
import type { MapView, OutputFile, PredictedPhoto, TaskKit } from '../kit.ts';
import { onContour, OPACITY, over, overlayFile } from '../overlay.ts';
import { regularIds } from '../semantic/official-labels.ts';
import type { SemanticPrediction } from '../semantic/task.ts';
import { decodeRuns, type DecodedInstances } from './clustering/index.ts';
import { decodingFor, objectsOf } from './decoding.ts';
import { instanceAccumulator, instanceMetrics } from './metrics.ts';
import { objectJudge } from './object-judge.ts';
import { instanceTargetKit } from './targets.ts';
import { instance, type InstancePrediction } from './task.ts';

const error = { title: 'centre vector error', unit: 'px' };

/** Everything of instances by centre vectors. */
export const instanceKit: TaskKit<InstancePrediction> = {
  ...instanceTargetKit,
  title: 'Instance',
  likelihood: 'laplace',
  metrics: instanceMetrics,
  constant: 'mean vector',
  error,
  task(data) {
    // Objects are found in classes; without those there are only vectors.
    const { classes, instanceClasses } = data.legend ?? { classes: [], instanceClasses: [] };
    const ids = classes.length > 0 ? regularIds(classes) : undefined;
    const labels = ids ?? classes.map((_, c) => c);
    const task = instance();
    return {
      ...task,
      kit: instanceKit,
      title: instanceKit.title,
      metrics: instanceMetrics,
      accumulator: () => instanceAccumulator(task),
      judges: (size, beside) =>
        ids && beside.has('semantic')
          ? [objectJudge(ids, size, decodingFor(size, instanceClasses))]
          : [],
      constant: () => meanTarget(2, perPixel),
      view,
      files: (photo) => objectFiles(photo, instanceClasses, labels),
      meaning: ({ width }) =>
        `Vector (dx, dy) from each pixel to the centre of its object, px at width ${width}, x to the ` +
        'right, y down. Objects: cluster pixel + vector within each class of `instanceClasses`.',
    };
  },
};

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

/** Where masks and text file of the instances lie below the output folder. */
const FOLDER = 'instance';

/** Overlay and official files of the objects; they need classes, so without them there are none. */
function objectFiles(
  photo: PredictedPhoto,
  instanceClasses: readonly number[],
  labels: ArrayLike<number>,
): OutputFile[] {
  const { stem, image, size, predictions } = photo;
  const semantic = predictions['semantic'] as SemanticPrediction | undefined;
  if (!semantic) return [];
  const vectors = predictions['instance'] as InstancePrediction;
  const objects = objectsOf(semantic, vectors, size, decodingFor(size, instanceClasses));
  return [
    overlayFile(stem, 'instance', objectOverlay(image, objects.ids, size)),
    ...officialFiles(photo, objects, labels),
  ];
}

/** Each object in a colour of its own: translucent inside, solid along its contour. */
function objectOverlay(photo: Uint8Array, ids: Uint16Array, size: Size): Rgb {
  const colours = colourInstances(ids, size.height, size.width);
  return over(photo, colours, (i) => (ids[i] === 0 ? 0 : onContour(ids, i, size) ? 1 : OPACITY));
}

/**
 * Objects as the instance-level benchmark takes them: `instance/<stem>.txt` with a line
 * `maskPath labelId confidence` per object and one mask each, besides an image of official instance
 * values (`labelId · 1000 + k`, 0 where no object is). Masks at the photograph's size; an object that
 * has no pixel left at that size is left out.
 * @param labelIds label written for each training class
 */
function officialFiles(
  { stem, size, native }: PredictedPhoto,
  { instances }: DecodedInstances,
  labelIds: ArrayLike<number>,
): OutputFile[] {
  const files: OutputFile[] = [];
  const lines: string[] = [];
  const values = new Uint16Array(native.height * native.width);
  const counts = new Map<number, number>();
  for (const { classId, confidence, mask } of instances) {
    const pixels = resizeNearest(decodeRuns(mask), size, native);
    if (!pixels.includes(1)) continue;
    const label = labelIds[classId];
    const k = counts.get(label) ?? 0;
    counts.set(label, k + 1);
    const name = `masks/${stem}_${lines.length}.png`;
    lines.push(`${name} ${label} ${confidence.toFixed(6)}\n`);
    for (let i = 0; i < pixels.length; i++) if (pixels[i] === 1) values[i] = label * 1000 + k;
    const white = pixels.map((inside) => 255 * inside);
    files.push({ path: `${FOLDER}/${name}`, content: { ...native, data: white } });
  }
  return [
    { path: `${FOLDER}/${stem}.txt`, content: lines.join('') },
    { path: `${FOLDER}/${stem}_instanceIds.png`, content: { ...native, data: values } },
    ...files,
  ];
}
