import { mostFrequent, perExample } from '../constant.ts';
import type { PredictedPhoto, TaskKit } from '../kit.ts';
import { annotationIn, type KitData, type TargetKit } from '../target-kit.ts';
import { fieldTitle } from '../title.ts';
import { classificationAccumulator, classificationMetrics } from './metrics.ts';
import { classificationTargetKit } from './targets.ts';
import { classificationOn, type ClassificationPrediction } from './task.ts';

/** Everything of classes of whole examples. */
export const classificationKit: TaskKit<ClassificationPrediction> = classificationKitOf({
  ...classificationTargetKit,
  title: 'Classification',
  titleOf: fieldTitle,
  classesOf: (data, field) => annotationIn(data, field, 'label').classes,
});

/** What a kit of classes says of itself; the rest is the same however the classes are had. */
interface ClassesOf extends TargetKit, Pick<TaskKit, 'title'> {
  /** The task's title, by its field. */
  readonly titleOf: (field: string) => string;
  /** Names of the classes. */
  readonly classesOf: (data: KitData, field: string) => readonly string[];
}

/** A kit of classes of whole examples. */
export function classificationKitOf(of: ClassesOf): TaskKit<ClassificationPrediction> {
  const { titleOf, classesOf, ...facts } = of;
  const kit: TaskKit<ClassificationPrediction> = {
    ...facts,
    likelihood: 'softmax',
    metrics: classificationMetrics,
    constant: 'majority class',
    task(data, field) {
      const names = classesOf(data, field);
      const task = classificationOn(facts.encoder(data, field), names.length);
      return {
        ...task,
        kit,
        title: titleOf(field),
        metrics: classificationMetrics,
        accumulator: () => classificationAccumulator(task),
        judges: () => [],
        constant: () => mostFrequent(names.length, perExample),
        words: ({ predictions }: PredictedPhoto) => {
          const { value, probabilities } = predictions[field] as ClassificationPrediction;
          return `${field}: ${names[value]} (p ${probabilities[value].toFixed(2)})`;
        },
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
  return kit;
}
