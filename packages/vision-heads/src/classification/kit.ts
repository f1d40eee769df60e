import { mostFrequent, perExample } from '../constant.ts';
import type { PredictedPhoto, TaskKit } from '../kit.ts';
import { annotationIn } from '../target-kit.ts';
import { fieldTitle } from '../title.ts';
import { classificationAccumulator, classificationMetrics } from './metrics.ts';
import { classificationTargetKit } from './targets.ts';
import { classification, type ClassificationPrediction } from './task.ts';

/** Everything of classes of whole examples. */
export const classificationKit: TaskKit<ClassificationPrediction> = {
  ...classificationTargetKit,
  title: 'Classification',
  likelihood: 'softmax',
  metrics: classificationMetrics,
  constant: 'majority class',
  task(data, field) {
    const { classes: names } = annotationIn(data, field, 'label');
    const task = classification(field, names.length);
    return {
      ...task,
      kit: classificationKit,
      title: fieldTitle(field),
      metrics: classificationMetrics,
      accumulator: () => classificationAccumulator(task),
      judges: () => [],
      constant: () => mostFrequent(names.length, perExample),
      files: ({ stem, predictions }: PredictedPhoto) => {
        const { value, probabilities } = predictions[field] as ClassificationPrediction;
        const text = JSON.stringify({ class: names[value], probability: probabilities[value] });
        return [{ path: `${field}/${stem}.json`, content: `${text}\n` }];
      },
      meaning: () =>
        `Logits of the classes ${names.join(', ')}. Class: argmax; probabilities: softmax.`,
    };
  },
};
