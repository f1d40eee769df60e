import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '../parameters.ts';
import { groupsOf, updateGroups, zerosPerGroup } from './optimiser.ts';
import type { Optimiser, OptimiserOptions } from './optimiser.ts';

/** Constants of {@link sgd}. */
export interface SgdOptions extends OptimiserOptions {
  /** μ. Default 0.9. */
  readonly momentum?: number;
  /** Default true. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum, in PyTorch's form (`torch.optim.SGD`, dampening 0):
 *
 * `g ← g + λ p` (kernels only), `v ← μ v + g`, `p ← p − lr · (g + μ v)`, or `p ← p − lr · v`
 * without Nesterov.
 *
 * The learning rate stands outside the velocity, unlike in Sutskever et al. 2013, so a falling rate
 * slows the momentum too.
 * @example
 * ```ts
 * import { sgd, type Parameter } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const variable = tf.variable(tf.tensor1d([1]));
 * const w: Parameter = { name: 'w', role: 'shared', decay: false, variable };
 * const optimiser = sgd([w], { momentum: 0 });
 * const rates = { network: tf.scalar(0.1), weighting: tf.scalar(0) };
 * optimiser.update({ w: tf.tensor1d([4]) }, rates, tf.scalar(1));
 * variable.arraySync(); // → [0.6]
 * ```
 */
export function sgd(parameters: readonly Parameter[], options: SgdOptions = {}): Optimiser {
  const { momentum = 0.9, nesterov = true, weightDecay = 1e-4, clipNorm } = options;
  const groups = groupsOf(parameters, weightDecay);
  const state = zerosPerGroup(groups, 'velocity');
  return {
    name: 'sgd',
    parameters,
    batchesPerStep: 1,
    state,
    update: (gradients, rates) =>
      updateGroups(groups, gradients, rates, clipNorm, (group, p, gradient, rate) => {
        const lambda = group.weightDecay;
        const g = lambda > 0 ? tf.add<tf.Tensor1D>(gradient, tf.mul(p, lambda)) : gradient;
        const velocity = state[`velocity/${group.name}`] as tf.Variable<tf.Rank.R1>;
        const v = tf.add<tf.Tensor1D>(tf.mul(velocity, momentum), g);
        velocity.assign(v);
        return tf.mul(nesterov ? tf.add(g, tf.mul(v, momentum)) : v, rate);
      }),
  };
}
