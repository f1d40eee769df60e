import * as tf from '@tensorflow/tfjs';
import { checkNames, checkTasks, nothing, sumOf, type Weighting } from './weighting.ts';

/**
 * Fixed weights: `L = Σ wᵢ Lᵢ` (Kendall et al. 2018, equation 1).
 * @param weights wᵢ ≥ 0 by task name; 0 switches a task off
 * @throws when a weight is negative or not finite
 */
export function fixed(weights: Readonly<Record<string, number>>): Weighting {
  const tasks = Object.keys(weights);
  checkNames('fixed weights', tasks);
  for (const task of tasks) {
    if (!(weights[task] >= 0 && Number.isFinite(weights[task]))) {
      throw new Error(`fixed weights: expected a number ≥ 0 for ${task}, got ${weights[task]}`);
    }
  }
  return {
    ...nothing,
    name: 'fixed',
    combine(losses) {
      checkTasks('fixed weights', tasks, losses);
      return {
        total: sumOf(tasks.map((task) => tf.mul(losses[task], weights[task]))),
        report: Object.fromEntries(tasks.map((t) => [`weight/${t}`, tf.scalar(weights[t])])),
      };
    },
  };
}

/** Equal weights that sum to 1, `wᵢ = 1/K` ("unweighted sum" in Kendall et al. 2018, table 1). */
export function equal(tasks: readonly string[]): Weighting {
  checkNames('equal weights', tasks);
  const weights = Object.fromEntries(tasks.map((task) => [task, 1 / tasks.length]));
  return { ...fixed(weights), name: 'equal' };
}
