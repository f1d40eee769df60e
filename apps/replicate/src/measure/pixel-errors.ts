import type { Sample } from '@scene-mtl/data';
import type { Task } from '@scene-mtl/core';
import type { PixelErrors } from '@scene-mtl/eval';
import type {
  DepthPrediction,
  InstancePrediction,
  SemanticPrediction,
} from '@scene-mtl/vision-heads';
import type { TaskName } from '../config/task-name.ts';
import type { Predictions } from '../train/evaluation.ts';

/** Names of the tasks in the order of the paper's columns. */
export const taskOrder: readonly TaskName[] = ['semantic', 'instance', 'depth'];

/** Unit of the error of one pixel; the share of wrong pixels is given in %. */
export const errorUnit: Readonly<Record<TaskName, string>> = {
  semantic: '%',
  instance: 'px',
  depth: 'px',
};

/** Error of each pixel for the tasks that a network has, on the pixels that have a truth. */
export type ErrorMaps = Partial<Record<TaskName, PixelErrors>>;

/**
 * Error of each pixel `[H, W]`: 100 for a wrong class and 0 for the right one, so that a mean is the
 * share of wrong pixels in %; |dx| + |dy| in px; |d − d̂| in px.
 * @param tasks those to judge; one without truth in the sample is left out
 */
export function errorMaps(
  tasks: readonly Task[],
  sample: Sample,
  predictions: Predictions,
): ErrorMaps {
  const maps: ErrorMaps = {};
  for (const task of tasks) {
    if (!task.has(sample)) continue;
    const { value, mask } = task.encode(sample);
    const error = errorOf(task.name as TaskName, value, predictions[task.name]);
    maps[task.name as TaskName] = { error, mask };
  }
  return maps;
}

function errorOf(task: TaskName, truth: Float32Array, prediction: unknown): Float32Array {
  switch (task) {
    case 'semantic': {
      const { classes } = prediction as SemanticPrediction;
      return truth.map((c, i) => (c === classes[i] ? 0 : 100));
    }
    case 'instance': {
      const { vectors } = prediction as InstancePrediction;
      return new Float32Array(truth.length / 2).map(
        (_, i) =>
          Math.abs(vectors[2 * i] - truth[2 * i]) + Math.abs(vectors[2 * i + 1] - truth[2 * i + 1]),
      );
    }
    case 'depth': {
      const { disparity } = prediction as DepthPrediction;
      return truth.map((d, i) => Math.abs(disparity[i] - d));
    }
  }
}

/** Mean error over the pixels with a truth; null where a frame has none (a street without objects). */
export function meanError({ error, mask }: PixelErrors): number | null {
  let sum = 0;
  let known = 0;
  for (let i = 0; i < error.length; i++) {
    if (mask[i] === 0) continue;
    sum += error[i];
    known++;
  }
  return known === 0 ? null : rounded(sum / known);
}

/** Four significant digits: enough to rank frames, and short in JSON. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
