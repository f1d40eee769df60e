import { confidenceCalibration, confusion, disparityError, pixelScores } from '@scene-mtl/eval';
import type { Task } from '@scene-mtl/core';
import { cameraKind, findField, type Size } from '@scene-mtl/data';
import {
  classMapOf,
  objectMapOf,
  type DepthPrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import { decodingFor } from './instance-decoding.ts';
import { accumulatorOf, type Metrics } from './metrics.ts';
import { objectJudge, type Judge } from './object-metrics.ts';
import { officialInstances, regularIds, toRegularIds } from './official-labels.ts';

/** What decides which metrics apply. */
export interface JudgedRun {
  readonly tasks: readonly Task[];
  readonly size: Size;
  readonly classes: readonly string[];
  /** Training ids of the classes whose objects are told apart. */
  readonly instanceClasses: readonly number[];
}

/** Every metric that applies to a run's tasks and classes; each is over the whole split. */
export function judgesOf({ tasks, size, classes, instanceClasses }: JudgedRun): Judge[] {
  const names = new Set(tasks.map((task) => task.name));
  const ids = regularIds(classes);
  return [
    ...tasks.map(primaryJudge),
    ...(names.has('semantic') ? [classJudge(classes)] : []),
    ...(names.has('semantic') && ids ? [pixelJudge(ids, size)] : []),
    ...(names.has('semantic') && names.has('instance') && ids
      ? [objectJudge(ids, size, decodingFor(size, instanceClasses))]
      : []),
    ...tasks.filter((task) => task.name === 'depth').map(depthJudge),
  ];
}

/** The metrics by which training is followed. */
function primaryJudge(task: Task): Judge {
  const { add, result } = accumulatorOf(task);
  return { add: (sample, predictions) => add(predictions[task.name], sample), result };
}

/** IoU of each class in %, and the expected calibration error of the probabilities in %. */
function classJudge(classes: readonly string[]): Judge {
  const matrix = confusion(classes.length);
  const calibration = confidenceCalibration();
  return {
    add(sample, predictions) {
      const truth = classMapOf(sample)?.data;
      if (!truth) return;
      const { classes: guess, confidence } = predictions['semantic'] as SemanticPrediction;
      matrix.add(truth, guess);
      const known = truth.map((c) => Number(c < classes.length));
      const correct = truth.map((c, i) => Number(c === guess[i]));
      calibration.add(confidence, correct, known);
    },
    result() {
      const { iou } = matrix.result();
      return {
        'semantic/calibrationError': 100 * calibration.result().error,
        ...Object.fromEntries(classes.map((name, c) => [`semantic/iou/${name}`, 100 * iou[c]])),
      };
    },
  };
}

/**
 * Category IoU of the official pixel-level benchmark and, at 2048×1024 alone, its instance-weighted
 * IoUs, in %: their weights are mean sizes of objects in px there, and do not scale.
 */
function pixelJudge(ids: Uint8Array, { height, width }: Size): Judge {
  const scores = pixelScores();
  const official = height === 1024 && width === 2048;
  return {
    add(sample, predictions) {
      const truth = classMapOf(sample);
      if (!truth) return;
      const { classes } = predictions['semantic'] as SemanticPrediction;
      scores.add(
        toRegularIds(truth.data, ids),
        toRegularIds(classes, ids),
        official && objectMapOf(sample) ? officialInstances(sample, ids) : undefined,
      );
    },
    result() {
      const result = scores.result();
      return {
        'semantic/categoryIou': 100 * result.averageScoreCategories,
        ...(official && {
          'semantic/instanceIou': 100 * result.averageScoreInstClasses,
          'semantic/categoryInstanceIou': 100 * result.averageScoreInstCategories,
        }),
      };
    },
  };
}

/** Relative errors of the disparity, and its error as inverse depth where the camera is known. */
function depthJudge(task: Task): Judge {
  const error = disparityError();
  return {
    add(sample, predictions) {
      if (!task.has(sample)) return;
      const { value, mask } = task.encode(sample);
      const { disparity } = predictions[task.name] as DepthPrediction;
      const camera = findField(sample, 'camera', cameraKind);
      error.add(value, disparity, mask, camera && camera.baseline * camera.fx);
    },
    result() {
      const { absRel, delta1, delta2, delta3, inverseDepthMean, inverseDepthRms } = error.result();
      return {
        'depth/absRel': absRel,
        'depth/delta1': 100 * delta1,
        'depth/delta2': 100 * delta2,
        'depth/delta3': 100 * delta3,
        'depth/inverseDepthMean': inverseDepthMean,
        'depth/inverseDepthRms': inverseDepthRms,
      };
    },
  };
}

/** Unit of a metric, for tables. */
export function unitOf(metric: string): string {
  const px = /^(instance|depth)\/(meanError|euclidean|rms)$/;
  if (px.test(metric)) return 'px';
  if (metric === 'depth/absRel') return '';
  return metric.startsWith('depth/inverseDepth') ? 'm⁻¹' : '%';
}

/** Joins what the judges found; numbers that are not finite become null, as JSON has no NaN. */
export const judged = (judges: readonly Judge[]): Record<string, number | null> =>
  Object.fromEntries(
    judges
      .flatMap((judge) => Object.entries(judge.result() satisfies Metrics))
      .map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
