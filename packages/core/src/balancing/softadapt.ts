import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';
import { either, softmaxAmong, vectorOf } from './vectors.ts';

/** The paper's ε: kept from divisions by 0. */
const EPSILON = 1e-8;
const flag = z.union([z.literal(0), z.literal(1)]).default(0);

/**
 * SoftAdapt (Heydari, Thompson & Mehmood 2019, section 3): more weight to what falls more slowly, or
 * rises,
 *
 * `w = softmax(β s)`, `sᵢ = Lᵢ(t) − Lᵢ(t − 1)`, t the batch
 *
 * `normalised`: s divided by Σ|s|, which makes it free of units. `weighted`: `wᵢ ∝ Lᵢ exp(β sᵢ)`, the
 * losses themselves counted in. A task's s goes by the last batch that held a label of it and is 0 in
 * the first. The authors' code also takes slopes over several points once in so many steps; with the
 * losses of single batches, as here, s is noisy, and β small. Losses may be 0 or negative, which for
 * `weighted` count as 0.
 */
export const softadapt = defineBalancer({
  name: 'softadapt',
  alias: ['SoftAdapt'],
  source: 'Heydari, Thompson & Mehmood 2019, arXiv 1912.12355, section 3',
  formula: 'Σ wᵢ Lᵢ, w = softmax(β s), s = L(t) − L(t−1)',
  cost: 'none',
  options: z.strictObject({
    beta: z.number().default(0.1).describe('β; below 0 it favours what falls fast'),
    normalised: flag.describe('1: s over Σ|s|'),
    weighted: flag.describe('1: weights also in proportion to the losses'),
  }),
  lacks: { scale: 'the slope of a loss has its unit' },
  make({ tasks }, { beta, normalised, weighted }): ScalarBalancer {
    const zeros = () => tf.variable<tf.Rank.R1>(tf.zeros([tasks.length]), false);
    const state = { last: zeros(), seen: zeros() };
    return {
      ...nothing,
      kind: 'scalar',
      name: 'softadapt',
      state,
      combine(losses, { sum, present }) {
        checkTasks('softadapt', tasks, losses);
        const { last, seen } = state;
        const taking = vectorOf(tasks, present);
        const now = stopGradient(vectorOf(tasks, losses));
        const change = tf.mul<tf.Tensor1D>(tf.mul(tf.sub(now, last), seen), taking);
        const slope = normalised
          ? tf.div<tf.Tensor1D>(change, tf.add(tf.sum(tf.abs(change)), EPSILON))
          : change;
        last.assign(either(taking, now, last));
        seen.assign(tf.maximum(seen, taking));
        const soft = softmaxAmong(tf.mul(slope, beta), taking);
        const scaled = tf.mul<tf.Tensor1D>(soft, tf.maximum(now, 0));
        const whole = tf.maximum(tf.sum(tf.mul(scaled, taking)), EPSILON);
        const weights = scalarsOf(weighted ? tf.div(scaled, whole) : soft);
        return {
          total: sum(perTask(tasks, (task, i) => tf.mul(weights[i], losses[task]))),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});
