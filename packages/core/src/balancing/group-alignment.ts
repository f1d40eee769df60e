import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';
import { SMALLEST_LOSS, vectorOf } from './vectors.ts';

/** Most ways of grouping that a step looks at: C(11, 5). */
const MOST_WAYS = 462;

/**
 * Group optimisation through task alignment, GO4Align (Shen et al. 2024). A task's risk indicator is its
 * scale against all losses times how its risk has gone,
 *
 * `γᵢ = (Σ L / Lᵢ) qᵢ`, `qᵢ ← qᵢ exp(−η Lᵢ) / Σ …`, q = 1/K at the start,
 *
 * and the weight of a task is the mean γ of its group. Groups are those of k-means on the γ. In one
 * dimension they lie side by side, so that the best grouping is found here by trying all, where the
 * authors' code runs k-means from a random start and may end in a worse one. q is kept as its logarithm.
 *
 * A loss below 1e-8 counts as 1e-8 in γ, 0 and negative ones too; its weight is finite and large.
 */
export const groupAlignment = defineBalancer({
  name: 'group-alignment',
  alias: ['GO4Align'],
  source: 'Shen et al. 2024, arXiv 2404.06486, and its code',
  formula: 'Σ w Lᵢ, w the mean over the group of γᵢ = (ΣL/Lᵢ) qᵢ, qᵢ ∝ exp(−η Σₜ Lᵢ)',
  cost: 'none',
  options: z.strictObject({
    groups: z.number().int().positive().optional().describe('of tasks; default 2, at most K'),
    rate: z.number().min(0).default(1e-4).describe('η; the authors’ code has 0.0001'),
  }),
  lacks: { scale: 'tasks of one group have one weight, whatever their units' },
  make({ tasks }, options): ScalarBalancer {
    const K = tasks.length;
    const { groups = Math.min(2, K), rate } = options;
    const ways = groupings(K, groups);
    if (ways.length === 0 || ways.length > MOST_WAYS) {
      throw new Error(
        `group-alignment: expected groups in 1 … ${K}, of which ${K} tasks have at most ` +
          `${MOST_WAYS} ways, got ${groups}; use groups=2`,
      );
    }
    const logQ = tf.variable<tf.Rank.R1>(tf.fill([K], -Math.log(K)), false);
    return {
      ...nothing,
      kind: 'scalar',
      name: 'group-alignment',
      state: { logQ },
      combine(losses, { sum, present }) {
        checkTasks('group-alignment', tasks, losses);
        const taking = vectorOf(tasks, present);
        const L = tf.mul<tf.Tensor1D>(
          tf.maximum(stopGradient(vectorOf(tasks, losses)), SMALLEST_LOSS),
          taking,
        );
        const moved = tf.sub<tf.Tensor1D>(logQ, tf.mul(L, rate));
        const largest = tf.max(moved);
        const whole = tf.add(largest, tf.log(tf.sum(tf.exp(tf.sub(moved, largest)))));
        const next = tf.sub<tf.Tensor1D>(moved, whole);
        logQ.assign(next);
        const scale = tf.div(tf.sum(L), tf.maximum(L, SMALLEST_LOSS));
        const gamma = tf.mul<tf.Tensor1D>(tf.mul(scale, tf.exp(next)), taking);
        const weights = scalarsOf(groupMeans(gamma, taking, ways));
        return {
          total: sum(perTask(tasks, (task, i) => tf.mul(weights[i], losses[task]))),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});

/** Every way to cut K places in a row into groups: the group of each place. */
export function groupings(K: number, groups: number): number[][] {
  const extended = (way: number[]): number[][] => {
    if (way.length === K) return way[K - 1] === groups - 1 ? [way] : [];
    const last = way[way.length - 1];
    const left = K - way.length;
    return [last, last + 1]
      .filter((group) => group < groups && groups - 1 - group <= left - 1)
      .flatMap((group) => extended([...way, group]));
  };
  return groups <= K ? extended([0]) : [];
}

/**
 * The mean of each one's group, in the grouping with the least sum of squared distances to the means.
 * @param values `[K]`
 * @param taking `[K]`, 1 or 0: which are grouped; the others get 0
 * @param ways see {@link groupings}
 */
export function groupMeans(
  values: tf.Tensor1D,
  taking: tf.Tensor1D,
  ways: readonly (readonly number[])[],
): tf.Tensor1D {
  const K = values.size;
  if (K === 1) return tf.mul(values, taking);
  // Places in ascending order, those that take no part last; the first of equal ones first.
  const keys = tf.add(values, tf.mul(tf.sub(1, taking), 1e30));
  const earlier = tf.tensor2d(
    Array.from({ length: K }, (_, i) => Array.from({ length: K }, (__, j) => (j < i ? 1 : 0))),
  );
  const [row, column] = [tf.reshape(keys, [1, K]), tf.reshape(keys, [K, 1])];
  const before = tf.add(
    tf.cast(tf.less(row, column), 'float32'),
    tf.mul(tf.cast(tf.equal(row, column), 'float32'), earlier),
  );
  const place = tf.cast(tf.sum<tf.Tensor1D>(before, 1), 'int32');
  // Row i is 1 at the place of i.
  const placed = tf.cast(tf.reshape<tf.Rank.R2>(tf.oneHot(place, K), [K, K]), 'float32');
  const inOrder = (v: tf.Tensor1D) => tf.matMul(tf.reshape<tf.Rank.R2>(v, [1, K]), placed);
  const [v, p] = [inOrder(values), inOrder(taking)];
  const meansOf = ways.map((way) => {
    // 1 where two places share a group, and the second takes part.
    const together = tf.tensor2d(way.map((a) => way.map((b) => (a === b ? 1 : 0))));
    const counts = tf.maximum(tf.matMul(p, together), 1);
    return tf.mul<tf.Tensor2D>(tf.div(tf.matMul(tf.mul(v, p), together), counts), p);
  });
  const means = tf.concat<tf.Tensor2D>(meansOf);
  const spread = tf.sum<tf.Tensor1D>(tf.square(tf.mul(tf.sub(v, means), p)), 1);
  const best = firstLeast(spread);
  // Back from places to tasks.
  return tf.reshape(tf.matMul(tf.matMul(best, means), placed, false, true), [K]);
}

/** `[1, n]`: 1 at the smallest of n numbers, the first where several are, else 0. */
function firstLeast(values: tf.Tensor1D): tf.Tensor2D {
  const n = values.size;
  if (n === 1) return tf.ones([1, 1]);
  return tf.cast(tf.reshape(tf.oneHot(tf.argMin<tf.Tensor1D>(values), n), [1, n]), 'float32');
}
