import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import type { Likelihood } from '../task.ts';
import type { BalancerPlace } from './define.ts';
import { checkTasks, perTask } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';

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

/** A form of the loss under a learned noise. */
export interface Form {
  /** s and the likelihood, if there is one, give the term. */
  readonly term: (s: tf.Scalar, likelihood: Likelihood | undefined) => Term;
  /** The s at which a loss rests: where the derivative of the term by s is 0. */
  readonly rest: (loss: number, likelihood: Likelihood | undefined) => number;
}

/**
 * The smallest loss that s sees: float32's resolution at 1. A mean cross entropy below it is 0 or 2⁻²³; with
 * a loss of 0 s would fall without end, until its weight is ∞ and the total ∞ · 0.
 */
export const LOSS_FLOOR = 2 ** -23;

/**
 * `x` where it is at least `least`, bit by bit; `least` elsewhere, with the gradient of `x`, so that what lies
 * below is not cut off: x + max(0, least − sg[x]).
 */
export const raised = (x: tf.Tensor, least: number): tf.Scalar =>
  tf.add(x, tf.relu(tf.sub(least, stopGradient(x))));

/**
 * Balancing by one learned s per task, in a given form: `Σ attenuation(sᵢ) · Lᵢ + dᵢ · reg(sᵢ)`.
 * A task without a label in the batch adds nothing, so that its s does not drift.
 *
 * A loss counts as 2⁻²³ at least (`LOSS_FLOOR`), and s as what that loss rests at (log 2⁻²³ ≈ −15.9 for most
 * forms, a weight of some 4·10⁶); above both floors nothing is changed by a bit. The network's gradient is that
 * of the loss itself.
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
  const floors = perTask(tasks, (task, i) =>
    form.rest(LOSS_FLOOR / (dimensions[task] ?? 1), objectives[i].likelihood),
  );
  return {
    ...nothing,
    kind: 'scalar',
    name,
    variables,
    combine(losses, { sum }) {
      checkTasks(name, tasks, losses);
      const report: Record<string, tf.Scalar> = {};
      const terms = perTask(tasks, (task, i) => {
        const s = raised(variables[task], floors[task]);
        const { attenuation, regulariser, noise } = form.term(s, objectives[i].likelihood);
        report[`weight/${task}`] = attenuation;
        report[`sigma2/${task}`] = noise;
        const log = tf.mul(regulariser, dimensions[task] ?? 1);
        return tf.add<tf.Scalar>(tf.mul(attenuation, raised(losses[task], LOSS_FLOOR)), log);
      });
      return { total: sum(terms), report };
    },
    notices: (values) =>
      tasks
        .filter((task) => values[`present/${task}`] === 1 && values[`loss/${task}`] < LOSS_FLOOR)
        .map(
          (task) =>
            `${name}: the loss of ${task} has fallen to 2⁻²³ or below, where its s stops ` +
            `(${floors[task].toFixed(1)}): it is solved, or its labels are the same everywhere`,
        ),
  };
}
