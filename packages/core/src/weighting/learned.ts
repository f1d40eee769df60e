import * as tf from '@tensorflow/tfjs';
import { checkNames, checkTasks, nothing, sumOf, type Weighting } from './weighting.ts';

/**
 * Weights learned directly: `L = Σ wᵢ Lᵢ` with wᵢ trained by gradient. Nothing keeps them up: the
 * gradient of wᵢ is Lᵢ ≥ 0, so they sink to 0 and below, which is what the paper notes as the
 * reason for its noise model (Kendall et al. 2018, section 3). A demonstration, not a method.
 * @param initial w at the start; default 1/K
 */
export function learned(tasks: readonly string[], initial = 1 / tasks.length): Weighting {
  checkNames('learned weights', tasks);
  const variables = Object.fromEntries(
    tasks.map((task) => [task, tf.variable(tf.scalar(initial), true)]),
  );
  return {
    ...nothing,
    name: 'learned',
    variables,
    combine(losses) {
      checkTasks('learned weights', tasks, losses);
      const weight = (task: string) => variables[task] as tf.Scalar;
      return {
        total: sumOf(tasks.map((task) => tf.mul(weight(task), losses[task]))),
        report: Object.fromEntries(tasks.map((t) => [`weight/${t}`, tf.clone(weight(t))])),
      };
    },
  };
}
