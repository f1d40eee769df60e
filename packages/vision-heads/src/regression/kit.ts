import { meanTarget, perExample } from '../constant.ts';
import type { PredictedPhoto, TaskKit } from '../kit.ts';
import { annotationIn } from '../target-kit.ts';
import { fieldTitle } from '../title.ts';
import { regressionAccumulator, regressionMetrics } from './metrics.ts';
import { regressionTargetKit } from './targets.ts';
import { regression, type RegressionPrediction } from './task.ts';

/** Everything of numbers of whole examples, with squared errors. */
export const regressionKit: TaskKit<RegressionPrediction> = {
  ...regressionTargetKit,
  title: 'Regression',
  likelihood: 'gaussian',
  metrics: regressionMetrics,
  constant: 'mean',
  task(data, field) {
    const { length: count } = annotationIn(data, field, 'numbers');
    const task = regression(field, count);
    return {
      ...task,
      kit: regressionKit,
      title: fieldTitle(field),
      metrics: regressionMetrics,
      accumulator: () => regressionAccumulator(task),
      judges: () => [],
      constant: () => meanTarget(count, perExample),
      files: ({ stem, predictions }: PredictedPhoto) => {
        const { values } = predictions[field] as RegressionPrediction;
        return [
          { path: `${field}/${stem}.json`, content: `${JSON.stringify(Array.from(values))}\n` },
        ];
      },
      meaning: () =>
        `The ${count} number${count === 1 ? '' : 's'} of \`${field}\`, in its own unit.`,
    };
  },
};
