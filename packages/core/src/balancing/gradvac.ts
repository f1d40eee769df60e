import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer, GroupedBalancer } from './gradient-balancer.ts';
import { ordersOf } from './k-space/orders.ts';
import { defineGramian } from './refresh.ts';
import { inputOf, nothing, type BalancerInputs } from './stateful.ts';

/** Of √(1 − φ̂²), so that a target of 1 asks for no infinite vector: float32 knows it no better. */
const SMALLEST = 1e-3;
/** Squared lengths below this count as 0. */
const NOTHING = 1e-30;

/**
 * Gradient vaccine (Wang et al. 2021): each gradient is turned towards the others, in
 * random order, where its cosine φ with gⱼ is below a target,
 *
 * `if φ < φ̂ᵢⱼ: ĝᵢ ← ĝᵢ + ‖ĝᵢ‖ (φ̂ √(1 − φ²) − φ √(1 − φ̂²)) / (‖gⱼ‖ √(1 − φ̂²)) gⱼ`,
 *
 * and the target follows: `φ̂ᵢⱼ ← (1 − β) φ̂ᵢⱼ + β φ`, from 0. The direction is `Σ ĝᵢ`; with β = 0 it is
 * PCGrad's. Gradients, cosines and targets are of the whole of the shared parameters, or of each `layer` or each
 * `matrix` (one tensor) by itself, the paper's `all_layer` and `all_matrix`; all groups take the same orders. All
 * rows take their j of a turn at once, as in PCGrad. The peers add 1e-8 to denominators.
 */
export const gradvac = defineGramian({
  name: 'gradvac',
  alias: ['GradVac'],
  source: 'Wang et al. 2021, arXiv 2010.05874',
  formula: 'Σ ĝᵢ; for j in random order: ĝᵢ turned to gⱼ until cos ≥ φ̂ᵢⱼ, φ̂ᵢⱼ ← (1−β)φ̂ᵢⱼ + βφᵢⱼ',
  cost: 'K backward passes',
  options: {
    // LibMTL's and TorchJD's default; the paper takes 0.01 for translation.
    beta: z.number().min(0).max(1).default(0.5).describe('β: how fast the targets follow'),
    groups: z
      .enum(['whole', 'layer', 'matrix'])
      .default('whole')
      .describe('of which parameters together a cosine is'),
  },
  lacks: {
    order: 'with three tasks or more the random order is by place',
    scale: 'a turn keeps the lengths, so that a large gradient stays large',
  },
  guarantees: ['linear under scaling'],
  make({ tasks, seed = 0 }, { beta, groups, ...rest }): GramianBalancer | GroupedBalancer {
    const K = tasks.length;
    const turns = K - 1;
    const drawing = {
      ...nothing,
      name: 'gradvac',
      inputs: turns > 0 ? { order: [turns, K, K] } : {},
      inputsAt: (batch: number): Record<string, Float32Array> =>
        turns > 0 ? { order: ordersOf(K, stream(seed, 'gradvac-order', batch)) } : {},
    };
    const ordersIn = (inputs: BalancerInputs): tf.Tensor[] =>
      turns > 0 ? tf.unstack(inputOf('gradvac', inputs, 'order')) : [];
    if (groups !== 'whole') {
      if ((rest as { mode?: string }).mode === 'representation') {
        throw new Error(
          `gradvac: groups ${groups}: a representation has no ${groups} of its own; use groups=whole or mode=parameters`,
        );
      }
      const last = /\/[^/]*$/;
      return {
        ...drawing,
        kind: 'grouped',
        groupOf: (parameter) => (groups === 'layer' ? parameter.replace(last, '') : parameter),
        memory: ['targets'],
        weights(grams, { inputs, memory }) {
          const targets = memory['targets'] as tf.Variable<tf.Rank.R3>;
          const turned = vaccinated(grams, targets, ordersIn(inputs), beta);
          targets.assign(turned.targets);
          return turned.weights;
        },
      };
    }
    const targets = tf.variable(tf.zeros<tf.Rank.R2>([K, K]), false);
    return {
      ...drawing,
      kind: 'gramian',
      state: { targets },
      weights(gram, { inputs }) {
        const one = (matrix: tf.Tensor) => tf.reshape<tf.Rank.R3>(matrix, [1, K, K]);
        const turned = vaccinated(one(gram), one(targets), ordersIn(inputs), beta);
        targets.assign(tf.reshape(turned.targets, [K, K]));
        return tf.reshape<tf.Rank.R1>(turned.weights, [K]);
      },
    };
  },
});

/**
 * Turns the gradients of G groups.
 * @param grams `[G, K, K]`
 * @param targets φ̂, `[G, K, K]`
 * @param orders `[K, K]` each, one-hot rows: which j the row i takes in a turn
 * @returns coefficients of the groups' gradients, `[G, K]`, and the targets as they are now
 */
function vaccinated(
  grams: tf.Tensor3D,
  targets: tf.Tensor3D,
  orders: readonly tf.Tensor[],
  beta: number,
): { weights: tf.Tensor2D; targets: tf.Tensor3D } {
  const [G, K] = grams.shape;
  const squares = tf.sum(tf.mul(grams, tf.eye(K)), 2, true);
  const live = tf.cast(tf.greater(squares, NOTHING), 'float32');
  const lengths = tf.sqrt(tf.mul(squares, live));
  const inverse = tf.div(live, tf.sqrt(tf.maximum(squares, NOTHING)));
  const across = (column: tf.Tensor) => tf.reshape<tf.Rank.R3>(column, [G, 1, K]);
  const C = tf.mul<tf.Tensor3D>(tf.mul(grams, inverse), across(inverse));
  const both = tf.mul(live, across(live));
  // Rows of coefficients over unit gradients, each in units of its own first length.
  let rows: tf.Tensor3D = tf.mul(tf.reshape(tf.eye(K), [1, K, K]), tf.onesLike(both));
  let target = targets;
  for (const order of orders) {
    const j = tf.mul(order, both);
    const pick = (matrix: tf.Tensor) => tf.sum(tf.mul(matrix, j), 2, true);
    const products = tf.matMul(rows, C);
    const length = tf.sqrt(tf.relu(tf.sum(tf.mul(products, rows), 2, true)));
    const phi = tf.div(pick(products), tf.add(length, 1e-8));
    const wanted = pick(target);
    const sine = tf.sqrt(tf.relu(tf.sub(1, tf.square(phi))));
    const aim = tf.sqrt(tf.relu(tf.sub(1, tf.square(wanted))));
    const turned = tf.sub(tf.mul(wanted, sine), tf.mul(phi, aim));
    const below = tf.cast(tf.less(phi, wanted), 'float32');
    const amount = tf.div(tf.mul(tf.mul(length, turned), below), tf.maximum(aim, SMALLEST));
    rows = tf.add(rows, tf.mul(amount, j));
    target = tf.add(target, tf.mul(tf.mul(tf.sub(phi, wanted), beta), j));
  }
  // With no other to turn to, a zero gradient counts as little as it does with some.
  const sums = tf.matMul(across(lengths), rows);
  return {
    weights: tf.reshape(tf.mul(sums, across(inverse)), [G, K]),
    targets: target,
  };
}
