import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '../parameters.ts';
import { groupsOf, updateGroups, zerosPerGroup } from './optimiser.ts';
import type { Optimiser, OptimiserOptions } from './optimiser.ts';

/** Constants of {@link adam}. */
export interface AdamOptions extends OptimiserOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1) with decoupled weight decay (AdamW; Loshchilov & Hutter
 * 2019, algorithm 2), in PyTorch's form:
 *
 * `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
 * `p ← p − lr · (m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) + λ p)`, λ for kernels only.
 *
 * The powers β₁ᵗ and β₂ᵗ are state variables: a step counter outside the graph would freeze.
 * @example
 * ```ts
 * import { adam, type Parameter } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const variable = tf.variable(tf.tensor1d([1]));
 * const w: Parameter = { name: 'w', role: 'shared', decay: false, variable };
 * const rates = { network: tf.scalar(0.1), weighting: tf.scalar(0) };
 * // The first step has the length of the rate, whatever the gradient's.
 * adam([w]).update({ w: tf.tensor1d([4]) }, rates, tf.scalar(1));
 * variable.arraySync(); // → [0.9]
 * ```
 */
export function adam(parameters: readonly Parameter[], options: AdamOptions = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 1e-4, clipNorm } = options;
  const groups = groupsOf(parameters, weightDecay);
  const powers = {
    power1: tf.variable(tf.scalar(1), false),
    power2: tf.variable(tf.scalar(1), false),
  };
  const moments = { ...zerosPerGroup(groups, 'first'), ...zerosPerGroup(groups, 'second') };
  const moment = (key: string) => moments[key] as tf.Variable<tf.Rank.R1>;
  return {
    name: 'adam',
    parameters,
    batchesPerStep: 1,
    state: { ...powers, ...moments },
    update(gradients, rates) {
      return tf.tidy(() => {
        const power1 = tf.mul<tf.Scalar>(powers.power1, beta1);
        const power2 = tf.mul<tf.Scalar>(powers.power2, beta2);
        powers.power1.assign(power1);
        powers.power2.assign(power2);
        return updateGroups(groups, gradients, rates, clipNorm, (group, p, g, rate) => {
          const first = moment(`first/${group.name}`);
          const second = moment(`second/${group.name}`);
          const m = tf.add<tf.Tensor1D>(tf.mul(first, beta1), tf.mul(g, 1 - beta1));
          const v = tf.add<tf.Tensor1D>(tf.mul(second, beta2), tf.mul(tf.square(g), 1 - beta2));
          first.assign(m);
          second.assign(v);
          const mHat = tf.div(m, tf.sub(1, power1));
          const vHat = tf.div(v, tf.sub(1, power2));
          const direction = tf.div(mHat, tf.add(tf.sqrt(vHat), epsilon));
          const lambda = group.weightDecay;
          const total = lambda > 0 ? tf.add(direction, tf.mul(p, lambda)) : direction;
          return tf.mul(total, rate);
        });
      });
    },
  };
}
