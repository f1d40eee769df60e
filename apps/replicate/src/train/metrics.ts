import type { Task } from '@scene-mtl/core';
import { confusion, disparityError, vectorError } from '@scene-mtl/eval';
import {
  classMapOf,
  type DepthPrediction,
  type InstancePrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import type { Sample } from '@scene-mtl/data';

/** Numbers by `<task>/<metric>`. */
export type Metrics = Readonly<Record<string, number>>;

/** Joins a task to the metric that judges it; accumulates over a whole split. */
export interface Accumulator {
  readonly add: (prediction: unknown, sample: Sample) => void;
  readonly result: () => Metrics;
}

function semanticAccumulator(task: Task): Accumulator {
  const matrix = confusion(task.outputChannels);
  return {
    add: (prediction, sample) => {
      const truth = classMapOf(sample);
      if (truth) matrix.add(truth.data, (prediction as SemanticPrediction).classes);
    },
    result: () => {
      const { meanIou, pixelAccuracy } = matrix.result();
      return { 'semantic/iou': 100 * meanIou, 'semantic/pixelAccuracy': 100 * pixelAccuracy };
    },
  };
}

function instanceAccumulator(task: Task): Accumulator {
  const error = vectorError();
  return {
    add: (prediction, sample) => {
      if (!task.has(sample)) return;
      const { value, mask } = task.encode(sample);
      error.add(value, (prediction as InstancePrediction).vectors, mask);
    },
    result: () => {
      const { l1, euclidean, rms } = error.result();
      return { 'instance/meanError': l1, 'instance/euclidean': euclidean, 'instance/rms': rms };
    },
  };
}

function depthAccumulator(task: Task): Accumulator {
  const error = disparityError();
  return {
    add: (prediction, sample) => {
      if (!task.has(sample)) return;
      const { value, mask } = task.encode(sample);
      error.add(value, (prediction as DepthPrediction).disparity, mask);
    },
    result: () => {
      const { mean, rms } = error.result();
      return { 'depth/meanError': mean, 'depth/rms': rms };
    },
  };
}

const makers: Readonly<Record<string, (task: Task) => Accumulator>> = {
  semantic: semanticAccumulator,
  instance: instanceAccumulator,
  depth: depthAccumulator,
};

/** A fresh accumulator for a task. */
export function accumulatorOf(task: Task): Accumulator {
  const make = makers[task.name];
  if (!make) throw new Error(`task ${task.name} has no metric; add it to train/metrics.ts`);
  return make(task);
}

/** +1 where a larger primary metric is better, −1 where a smaller one is. */
export const betterSign: Readonly<Record<'semantic' | 'instance' | 'depth', 1 | -1>> = {
  semantic: 1,
  instance: -1,
  depth: -1,
};

/** The metric of each task that Table 1 prints. */
export const primaryMetric = {
  semantic: 'semantic/iou',
  instance: 'instance/meanError',
  depth: 'depth/meanError',
} as const;
