import * as tf from '@tensorflow/tfjs';
import type { Likelihood } from '../task.ts';
import { checkNames, checkTasks, nothing, sumOf, type Weighting } from './weighting.ts';

/** Start and size of the learned log variances. */
export interface LogVarianceOptions {
  /** s at the start, one number or one per task. Default 0 (σ² = 1). */
  readonly initial?: number | Readonly<Record<string, number>>;
  /**
   * Components of each task's output over which its loss sums, by which the log term is multiplied
   * (2 for an L1 sum over dx and dy). Default 1, as every published form has it.
   */
  readonly dimensions?: Readonly<Record<string, number>>;
}

/** One task's term of the total, `attenuation · L + regulariser`, with L its loss. */
export interface Term {
  /** Factor of the loss. */
  readonly attenuation: tf.Scalar;
  /** What keeps the noise from growing. */
  readonly regulariser: tf.Scalar;
  /** The noise as it is reported: σ², or b. */
  readonly noise: tf.Scalar;
}

/** A form of the loss under a learned noise: s and the likelihood give the term. */
export type Form = (s: tf.Scalar, likelihood: Likelihood) => Term;

/**
 * Weighting by one learned s per task, in a given form: `Σ attenuation(sᵢ) · Lᵢ + dᵢ · reg(sᵢ)`.
 * A task without a label in the batch adds nothing, so that its s does not drift.
 */
export function logVarianceWeighting(
  name: string,
  tasks: readonly string[],
  form: Form,
  { initial = 0, dimensions = {} }: LogVarianceOptions = {},
): Weighting {
  checkNames(name, tasks);
  const variables = Object.fromEntries(
    tasks.map((task) => {
      const s = typeof initial === 'number' ? initial : initial[task];
      if (!Number.isFinite(s)) {
        throw new Error(`${name}: expected a finite initial s for ${task}, got ${s}`);
      }
      return [task, tf.variable(tf.scalar(s), true)];
    }),
  );
  return {
    ...nothing,
    name,
    variables,
    combine(losses, likelihoods, { present } = {}) {
      checkTasks(name, tasks, losses);
      const report: Record<string, tf.Scalar> = {};
      const terms = tasks.map((task) => {
        const s = variables[task] as tf.Scalar;
        const { attenuation, regulariser, noise } = form(s, likelihoods[task]);
        report[`weight/${task}`] = attenuation;
        report[`sigma2/${task}`] = noise;
        const log = tf.mul(regulariser, dimensions[task] ?? 1);
        const term = tf.add<tf.Scalar>(tf.mul(attenuation, losses[task]), log);
        return present ? tf.mul<tf.Scalar>(term, present[task]) : term;
      });
      return { total: sumOf(terms), report };
    },
  };
}
