import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { Likelihood } from '../task.ts';
import { checkTasks, nothing, perTask, type ScalarBalancer } from './balancer.ts';
import type { BalancerPlace } from './define.ts';

const perTaskNumbers = z.record(z.string(), z.number());

/** Start and size of the learned log variances. */
export const logVarianceOptions = z.strictObject({
  initial: z
    .union([z.number(), perTaskNumbers])
    .optional()
    .describe('s at the start, one number or one per task; default: as the run says'),
  dimensions: perTaskNumbers
    .default({})
    .describe(
      'components over which a task’s loss sums, by which its log term is multiplied (2 for an L1 sum over dx and dy); default 1, as every published form has it',
    ),
});

/** One task's term of the total, `attenuation · L + regulariser`, with L its loss. */
export interface Term {
  /** Factor of the loss. */
  readonly attenuation: tf.Scalar;
  /** What keeps the noise from growing. */
  readonly regulariser: tf.Scalar;
  /** The noise as it is reported: σ², or b. */
  readonly noise: tf.Scalar;
}

/** A form of the loss under a learned noise: s and the likelihood, if there is one, give the term. */
export type Form = (s: tf.Scalar, likelihood: Likelihood | undefined) => Term;

/**
 * Balancing by one learned s per task, in a given form: `Σ attenuation(sᵢ) · Lᵢ + dᵢ · reg(sᵢ)`.
 * A task without a label in the batch adds nothing, so that its s does not drift.
 */
export function logVarianceBalancer(
  name: string,
  { objectives, initialLogVariance = 0 }: BalancerPlace,
  form: Form,
  { initial = initialLogVariance, dimensions = {} }: z.output<typeof logVarianceOptions>,
): ScalarBalancer {
  const tasks = objectives.map((objective) => objective.name);
  const variables = perTask(tasks, (task) => {
    const s = typeof initial === 'number' ? initial : initial[task];
    if (!Number.isFinite(s)) {
      throw new Error(`${name}: expected a finite initial s for ${task}, got ${s}`);
    }
    return tf.variable<tf.Rank.R0>(tf.scalar(s), true);
  });
  return {
    ...nothing,
    kind: 'scalar',
    name,
    variables,
    combine(losses, { sum }) {
      checkTasks(name, tasks, losses);
      const report: Record<string, tf.Scalar> = {};
      const terms = perTask(tasks, (task, i) => {
        const s = variables[task];
        const { attenuation, regulariser, noise } = form(s, objectives[i].likelihood);
        report[`weight/${task}`] = attenuation;
        report[`sigma2/${task}`] = noise;
        const log = tf.mul(regulariser, dimensions[task] ?? 1);
        return tf.add<tf.Scalar>(tf.mul(attenuation, losses[task]), log);
      });
      return { total: sum(terms), report };
    },
  };
}
