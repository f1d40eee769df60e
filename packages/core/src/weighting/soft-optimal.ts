import * as tf from '@tensorflow/tfjs';
import { stopGradient } from '../stop-gradient.ts';
import { checkNames, checkTasks, nothing, scalarsOf, sumOf, type Weighting } from './weighting.ts';

/** Losses below this count as this, so that 1/L stays finite. */
const SMALLEST = 1e-8;

/**
 * Soft optimal uncertainty weighting, UW-SO (Kirchdorfer et al. 2024, arXiv 2408.07985):
 *
 * `L = Σ wᵢ Lᵢ`, `w = softmax((1/sg[L]) / T)`
 *
 * the softmax of the analytic optimum 1/Lᵢ of uncertainty weighting at temperature T; nothing is
 * learned. A task without a label in the batch takes no part in the softmax.
 * @param temperature T > 0, the method's one hyper-parameter
 */
export function softOptimal(tasks: readonly string[], temperature: number): Weighting {
  checkNames('soft-optimal', tasks);
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new Error(`soft-optimal: expected a temperature above 0, got ${temperature}`);
  }
  return {
    ...nothing,
    name: 'soft-optimal',
    combine(losses, _likelihoods, { present } = {}) {
      checkTasks('soft-optimal', tasks, losses);
      const constant = tasks.map((task) => stopGradient(losses[task]));
      const inverse = tf.div(1 / temperature, tf.maximum(tf.stack(constant), SMALLEST));
      // Minus a large number where absent: the exponential of it is 0, and no infinity is made.
      const taking = present ? tf.stack(tasks.map((task) => present[task])) : undefined;
      const logits = taking
        ? tf.sub(tf.mul(inverse, taking), tf.mul(tf.sub(1, taking), 1e30))
        : inverse;
      const weights = tasks.length === 1 ? tf.onesLike(logits) : tf.softmax(logits as tf.Tensor1D);
      const each = scalarsOf(weights);
      return {
        total: sumOf(tasks.map((task, i) => tf.mul(each[i], losses[task]))),
        report: Object.fromEntries(tasks.map((task, i) => [`weight/${task}`, each[i]])),
      };
    },
  };
}
