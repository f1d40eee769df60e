import { confusion } from '@scene-mtl/eval';
import { counted } from '../counted.ts';
import type { Accumulator, Metrics } from '../kit.ts';
import { classMapOf } from './targets.ts';
import type { SemanticPrediction } from './task.ts';

/** Mean IoU over the classes, void left out, and the share of right pixels. */
export const semanticMetrics = [
  { name: 'iou', title: 'IoU', unit: '%', digits: 1, better: 'higher' },
  { name: 'pixelAccuracy', title: 'pixel accuracy', unit: '%', digits: 1, better: 'higher' },
] as const satisfies Metrics;

/** Both from one confusion matrix of the whole split. */
export function semanticAccumulator(
  classes: number,
  field: string,
): Accumulator<SemanticPrediction> {
  const matrix = confusion(classes);
  return counted(matrix, {
    add(prediction, sample) {
      const truth = classMapOf(sample, field);
      if (truth) matrix.add(truth.data, prediction.classes);
    },
    result() {
      const { meanIou, pixelAccuracy } = matrix.result();
      return { iou: 100 * meanIou, pixelAccuracy: 100 * pixelAccuracy };
    },
  });
}
