import { stream, type Random } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineBalancer } from './define.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { inputOf, nothing } from './stateful.ts';

/**
 * Random loss weighting: with each batch `w = softmax(z)`, z ~ N(0, I), or w ~ Dirichlet(c, …, c), a
 * control that any method should beat (Lin et al. 2022, arXiv 2111.10603, section 3). The weights sum to
 * 1; those of a batch depend on the seed and its number alone. (LibMTL takes the softmax of the
 * Dirichlet's numbers too, which leaves them near 1/K.)
 */
export const random = defineBalancer({
  name: 'random',
  alias: ['RLW'],
  source: 'Lin et al. 2022, arXiv 2111.10603, section 3',
  formula: 'Σ wᵢ Lᵢ, w = softmax(z), z ~ N(0, I), or w ~ Dirichlet(c) anew with each batch',
  cost: 'none',
  options: z.strictObject({
    concentration: z
      .number()
      .positive()
      .optional()
      .describe('c of a Dirichlet distribution, 1: uniform over all weights; default: softmax(z)'),
  }),
  lacks: {
    order: 'a place in the order has its own draw',
    absence: 'one task more or less is another draw',
    'equal tasks': 'each task has its own draw',
    scale: 'the weights do not know the losses',
  },
  make({ tasks, seed = 0 }, { concentration }): ScalarBalancer {
    const K = tasks.length;
    return {
      ...nothing,
      kind: 'scalar',
      name: 'random',
      inputs: { weights: [K] },
      inputsAt(batch) {
        const numbers = stream(seed, 'random-weights', batch);
        const e =
          concentration === undefined
            ? numbers.normals(K).map((v) => Math.exp(v))
            : gammas(numbers, K, concentration);
        const total = e.reduce((a, b) => a + b, 0);
        return { weights: e.map((v) => v / total) };
      },
      combine(losses, { sum, inputs }) {
        checkTasks('random', tasks, losses);
        const weights = scalarsOf(inputOf('random', inputs, 'weights'));
        return {
          total: sum(perTask(tasks, (task, i) => tf.mul(weights[i], losses[task]))),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});

/**
 * K deviates of the gamma distribution of scale 1, divided by the largest (Marsaglia & Tsang 2000).
 * Their logarithms are drawn, so that a small shape does not make all of them 0.
 */
function gammas(random: Random, K: number, shape: number): Float32Array {
  const logs = Array.from({ length: K }, () => logGamma(random, shape));
  const largest = Math.max(...logs);
  return Float32Array.from(logs, (v) => Math.exp(v - largest));
}

/** The logarithm of one gamma deviate of scale 1. */
function logGamma(random: Random, shape: number): number {
  // Γ(a) = Γ(a + 1) U^(1/a) in distribution.
  if (shape < 1) return logGamma(random, shape + 1) + Math.log(1 - random.next()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - random.next();
    if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}
