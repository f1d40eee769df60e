import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';
import { softmaxAmong, vectorOf } from './vectors.ts';

/** Stands below every ratio, for objectives that are absent. */
const BELOW = -1e30;

/**
 * Maximum error, Abu-Mostafa's adaptive schedule of hints: at each step only that objective is learned which is
 * furthest from what was hoped of it, `r = L / target`,
 *
 * `wᵢ = [rᵢ = max r] / targetᵢ`,
 *
 * shared evenly where several are. With `softness` μ > 0 it descends on a soft maximum instead,
 * `Ê = μ log Σ exp(rᵢ/μ)`, so that `wᵢ = softmax(r/μ)ᵢ / targetᵢ`. That is his adaptive minimisation, descent on an
 * estimate of the error outside the sample that is made of the errors on the hints; the estimate of the thesis
 * (Çataltepe 1994) is not to be had, and this one is ours. Its reason: where h errs by d at x and d′ at x′, the
 * error of a pair is at most (|d| + |d′|)² ≤ 2 d² + 2 d′², so that with a target of 4 each ratio of a hint on pairs
 * is a lower bound of the mean square error, and with a target of 1 so is that of a hint on single inputs.
 */
export const maximumError = defineBalancer({
  name: 'maximum-error',
  alias: ['maximum error'],
  source: 'Abu-Mostafa 1995, Neural Computation 7, and Çataltepe 1994 for the soft one',
  formula: 'wᵢ = [rᵢ = max r]/targetᵢ, r = L/target; softness μ: softmax(r/μ)ᵢ/targetᵢ',
  cost: 'none',
  options: z.strictObject({
    targets: z
      .record(z.string(), z.number().positive())
      .default({})
      .describe('what each loss is measured by, 1 where it is not given'),
    softness: z.number().min(0).default(0).describe('μ of the soft maximum; 0: the largest alone'),
  }),
  lacks: { scale: 'losses are compared as they are, in the units of their targets' },
  make({ tasks }, { targets, softness }): ScalarBalancer {
    const unknown = Object.keys(targets).filter((task) => !tasks.includes(task));
    if (unknown.length > 0) {
      throw new Error(
        `maximum-error: targets: expected names among ${tasks.join(', ')}, got ${unknown.join(', ')}`,
      );
    }
    const target = tasks.map((task) => targets[task] ?? 1);
    return {
      ...nothing,
      kind: 'scalar',
      name: 'maximum-error',
      combine(losses, context) {
        checkTasks('maximum-error', tasks, losses);
        const present = vectorOf(tasks, context.present);
        const ratio = tf.div<tf.Tensor1D>(stopGradient(vectorOf(tasks, losses)), target);
        const share =
          softness > 0
            ? softmaxAmong(tf.div<tf.Tensor1D>(ratio, softness), present)
            : largest(ratio, present);
        const weights = scalarsOf(tf.div<tf.Tensor1D>(share, target));
        return {
          total: context.sum(perTask(tasks, (task, i) => tf.mul(weights[i], losses[task]))),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});

/** 1 where a number is the largest of those that are present, shared evenly by several; else 0. */
function largest(values: tf.Tensor1D, present: tf.Tensor1D): tf.Tensor1D {
  const among = tf.add(tf.mul(values, present), tf.mul(tf.sub(1, present), BELOW));
  const is = tf.mul(tf.cast(tf.equal(among, tf.max(among)), 'float32'), present);
  return tf.div(is, tf.maximum(tf.sum(is), 1));
}
