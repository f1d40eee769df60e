import * as tf from '@tensorflow/tfjs';
import { checkNames, checkTasks, nothing, sumOf, type Weighting } from './weighting.ts';

/** Losses below this count as this, so that the logarithm stays finite. */
const SMALLEST = 1e-8;

/**
 * Sum of logarithms, `L = Σ log Lᵢ`: the logarithm of the geometric mean times K ("scale
 * invariant"; Chennupati et al. 2019 minimise the geometric mean itself). It is twice what
 * uncertainty weighting becomes once every s is at its optimum. The weight of a task is 1/Lᵢ, so
 * the unit of a loss has no influence.
 */
export function logSum(tasks: readonly string[]): Weighting {
  checkNames('log-sum', tasks);
  return {
    ...nothing,
    name: 'log-sum',
    combine(losses, _likelihoods, { present } = {}) {
      checkTasks('log-sum', tasks, losses);
      const floored = tasks.map((task) => tf.maximum<tf.Scalar>(losses[task], SMALLEST));
      const logs = floored.map((loss, i) => {
        const log = tf.log(loss);
        return present ? tf.mul(log, present[tasks[i]]) : log;
      });
      return {
        total: sumOf(logs as tf.Scalar[]),
        report: Object.fromEntries(
          tasks.map((task, i) => [`weight/${task}`, tf.div(1, floored[i])]),
        ),
      };
    },
  };
}
