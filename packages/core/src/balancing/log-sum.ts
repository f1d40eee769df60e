import * as tf from '@tensorflow/tfjs';
import { defineBalancer, noOptions } from './define.ts';
import { checkTasks, perTask, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';

/** Losses below this count as this, so that the logarithm stays finite. */
const SMALLEST = 1e-8;

/**
 * Sum of logarithms, `L = Σ log Lᵢ`: the logarithm of the geometric mean times K ("scale
 * invariant"; Chennupati et al. 2019 minimise the geometric mean itself). It is twice what
 * uncertainty weighting becomes once every s is at its optimum. The weight of a task is 1/Lᵢ, so
 * the unit of a loss has no influence.
 * @example
 * ```ts
 * import { logSum } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const balancer = logSum.make({ objectives: [{ name: 'semantic' }, { name: 'depth' }] });
 * const sum = (terms: Readonly<Record<string, tf.Scalar>>) => tf.addN(Object.values(terms)) as tf.Scalar;
 * const losses = { semantic: tf.scalar(2), depth: tf.scalar(0.5) };
 * const { total, report } = balancer.combine(losses, { sum, present: {}, inputs: {} });
 * total.arraySync(); // → 0.000
 * report['weight/depth'].arraySync(); // → 2
 * ```
 */
export const logSum = defineBalancer({
  name: 'log-sum',
  alias: ['SI'],
  source: 'scale-invariant baseline of Navon et al. 2022; after Chennupati et al. 2019, equation 2',
  formula: 'Σ log Lᵢ, so that wᵢ = 1/Lᵢ',
  cost: 'none',
  options: noOptions,
  lacks: {},
  make: ({ tasks }): ScalarBalancer => ({
    ...nothing,
    kind: 'scalar',
    name: 'log-sum',
    combine(losses, { sum }) {
      checkTasks('log-sum', tasks, losses);
      const floored = perTask(tasks, (task) => tf.maximum<tf.Scalar>(losses[task], SMALLEST));
      return {
        total: sum(perTask(tasks, (task) => tf.log(floored[task]))),
        report: weightReport(tasks, (task) => tf.div(1, floored[task])),
      };
    },
  }),
});
