import * as tf from '@tensorflow/tfjs';
import { defineBalancer, noOptions } from './define.ts';
import { checkTasks, perTask, sumOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';

/** Losses below this count as this, so that the logarithm stays finite. */
const SMALLEST = 1e-8;

/**
 * The geometric loss strategy, GLS (Chennupati et al. 2019): `L = (Π Lᵢ)^(1/n)` over the n tasks that
 * have a label in the batch. The weight of a task is its part of the gradient, `∂L/∂Lᵢ = L / (n Lᵢ)`:
 * that of `log-sum`, times L/n, so that the step shrinks with the losses.
 */
export const geometricMean = defineBalancer({
  name: 'geometric-mean',
  alias: ['GLS'],
  source: 'Chennupati et al. 2019, arXiv 1904.08492, equation 2',
  formula: '(Π Lᵢ)^(1/n), so that wᵢ = L/(n Lᵢ)',
  cost: 'none',
  options: noOptions,
  lacks: {},
  make: ({ tasks }): ScalarBalancer => ({
    ...nothing,
    kind: 'scalar',
    name: 'geometric-mean',
    combine(losses, { sum, present }) {
      checkTasks('geometric-mean', tasks, losses);
      const floored = perTask(tasks, (task) => tf.maximum<tf.Scalar>(losses[task], SMALLEST));
      const n = tf.maximum(sumOf(tasks.map((task) => present[task])), 1);
      const logs = sum(perTask(tasks, (task) => tf.log(floored[task])));
      const total = tf.exp<tf.Scalar>(tf.div(logs, n));
      return {
        total,
        report: weightReport(tasks, (task) => tf.div(total, tf.mul(n, floored[task]))),
      };
    },
  }),
});
