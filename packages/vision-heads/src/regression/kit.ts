import { meanTarget, perExample } from '../constant.ts';
import type { PredictedPhoto, TaskKit } from '../kit.ts';
import type { TargetKit } from '../target-kit.ts';
import { fieldTitle } from '../title.ts';
import { regressionAccumulator, regressionMetrics } from './metrics.ts';
import { regressionTargetKit } from './targets.ts';
import { regressionOn, type RegressionPrediction } from './task.ts';

/** Everything of numbers of whole examples, with squared errors. */
export const regressionKit: TaskKit<RegressionPrediction> = regressionKitOf({
  ...regressionTargetKit,
  title: 'Regression',
  metrics: regressionMetrics,
  titleOf: fieldTitle,
});

/** What a kit of numbers says of itself; the rest is the same however the numbers are had. */
interface NumbersOf extends TargetKit, Pick<TaskKit, 'title' | 'metrics'> {
  /** The task's title, by its field. */
  readonly titleOf: (field: string) => string;
}

/** A kit of numbers of whole examples, with squared errors. */
export function regressionKitOf(of: NumbersOf): TaskKit<RegressionPrediction> {
  const { titleOf, ...facts } = of;
  const kit: TaskKit<RegressionPrediction> = {
    ...facts,
    likelihood: 'gaussian',
    constant: 'mean',
    task(data, field) {
      const task = regressionOn(facts.encoder(data, field));
      const count = task.outputChannels;
      const { unit } = facts.metrics[0];
      return {
        ...task,
        kit,
        title: titleOf(field),
        metrics: facts.metrics,
        accumulator: () => regressionAccumulator(task),
        judges: () => [],
        constant: () => meanTarget(count, perExample),
        words: ({ predictions }: PredictedPhoto) => {
          const { values } = predictions[field] as RegressionPrediction;
          return `${field}: ${Array.from(values, (v) => v.toPrecision(4)).join(', ')}`;
        },
        files: ({ stem, predictions }: PredictedPhoto) => {
          const { values } = predictions[field] as RegressionPrediction;
          return [
            { path: `${field}/${stem}.json`, content: `${JSON.stringify(Array.from(values))}\n` },
          ];
        },
        meaning: () =>
          `The ${count} number${count === 1 ? '' : 's'} of \`${field}\`, in ${unit === '' ? 'its own unit' : unit}.`,
      };
    },
  };
  return kit;
}
