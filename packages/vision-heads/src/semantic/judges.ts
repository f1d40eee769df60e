import type { Size } from '@scene-mtl/data';
import {
  boundaryIou,
  confidenceCalibration,
  confusion,
  pixelScores,
  probabilityScore,
} from '@scene-mtl/eval';
import type { MetricInfo } from '@scene-mtl/core';
import { judgeByExample } from '../judge-by-example.ts';
import type { Judge } from '../kit.ts';
import { objectMapOf } from '../instance/targets.ts';
import { officialInstances, toRegularIds } from './official-labels.ts';
import { classMapOf } from './targets.ts';
import type { SemanticPrediction } from './task.ts';

const iou = (field: string, name: string): MetricInfo => ({
  name: `${field}/${name}`,
  unit: '%',
  better: 'higher',
});

/**
 * IoU of each class of a field, mean accuracy of classes, IoU weighed by frequency and at boundaries, in %; how
 * far the probabilities are from being right: calibration errors in %, Brier score, negative log-likelihood.
 */
export function classJudge(classes: readonly string[], size: Size, field: string): Judge {
  return judgeByExample({
    metrics: [
      iou(field, 'meanAccuracy'),
      iou(field, 'frequencyWeightedIou'),
      iou(field, 'boundaryIou'),
      { name: `${field}/calibrationError`, unit: '%', better: 'lower' },
      { name: `${field}/maximumCalibrationError`, unit: '%', better: 'lower' },
      { name: `${field}/brier`, unit: '', better: 'lower' },
      { name: `${field}/negativeLogLikelihood`, unit: '', better: 'lower' },
      ...classes.map((name) => iou(field, `iou/${name}`)),
    ],
    counters: () => ({
      matrix: confusion(classes.length),
      calibration: confidenceCalibration(),
      boundary: boundaryIou(classes.length),
      scores: probabilityScore(classes.length),
    }),
    add({ matrix, calibration, boundary, scores }, sample, predictions) {
      const truth = classMapOf(sample, field)?.data;
      if (!truth) return;
      const {
        classes: guess,
        confidence,
        probabilities,
      } = predictions[field] as SemanticPrediction;
      matrix.add(truth, guess);
      boundary.add(truth, guess, size);
      scores.add(truth, probabilities);
      const known = truth.map((c) => Number(c < classes.length));
      const correct = truth.map((c, i) => Number(c === guess[i]));
      calibration.add(confidence, correct, known);
    },
    result({ matrix, calibration, boundary, scores }) {
      const { iou: perClass, meanAccuracy, frequencyWeightedIou } = matrix.result();
      const { error, maximumError } = calibration.result();
      const { brier, negativeLogLikelihood } = scores.result();
      return {
        [`${field}/meanAccuracy`]: 100 * meanAccuracy,
        [`${field}/frequencyWeightedIou`]: 100 * frequencyWeightedIou,
        [`${field}/boundaryIou`]: 100 * boundary.result().meanIou,
        [`${field}/calibrationError`]: 100 * error,
        [`${field}/maximumCalibrationError`]: 100 * maximumError,
        [`${field}/brier`]: brier,
        [`${field}/negativeLogLikelihood`]: negativeLogLikelihood,
        ...Object.fromEntries(
          classes.map((name, c) => [`${field}/iou/${name}`, 100 * perClass[c]]),
        ),
      };
    },
  });
}

/**
 * Category IoU of the official pixel-level benchmark and, at 1024×2048 alone, its instance-weighted
 * IoUs, in %: their weights are mean sizes of objects in px there, and do not scale.
 */
export function pixelJudge(ids: Uint8Array, { height, width }: Size, field: string): Judge {
  const official = height === 1024 && width === 2048;
  return judgeByExample({
    metrics: [
      iou(field, 'categoryIou'),
      ...(official ? [iou(field, 'instanceIou'), iou(field, 'categoryInstanceIou')] : []),
    ],
    counters: () => ({ scores: pixelScores() }),
    add({ scores }, sample, predictions) {
      const truth = classMapOf(sample, field)?.data;
      if (!truth) return;
      const { classes } = predictions[field] as SemanticPrediction;
      const objects = official && objectMapOf(sample);
      scores.add(
        toRegularIds(truth, ids),
        toRegularIds(classes, ids),
        objects ? officialInstances(sample, ids) : undefined,
      );
    },
    result({ scores }) {
      const result = scores.result();
      return {
        [`${field}/categoryIou`]: 100 * result.averageScoreCategories,
        ...(official && {
          [`${field}/instanceIou`]: 100 * result.averageScoreInstClasses,
          [`${field}/categoryInstanceIou`]: 100 * result.averageScoreInstCategories,
        }),
      };
    },
  });
}
