import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer, GradientContext } from './gradient-balancer.ts';
import { cosines } from './k-space/cosines.ts';
import { shortest } from './k-space/hull.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Losses below this count as this where gradients are divided by them. */
const SMALLEST = 1e-8;

/**
 * Multiple-gradient descent (Désidéri 2012; Sener & Koltun 2018, equation 3): the shortest vector of
 * the convex hull of the gradients,
 *
 * `w = argmin ‖Σ wᵢ gᵢ‖² = argmin wᵀ M w`, `wᵢ ≥ 0`, `Σ wᵢ = 1`,
 *
 * which makes an angle below 90° with every gradient, or is 0 at a Pareto-stationary point.
 *
 * `normalisation` divides the gradients first, as the published code can: by their length (`l2`), the
 * loss (`loss`) or both (`loss+`). The direction is then the shortest vector of what was divided, as in
 * LibMTL; Sener & Koltun's code gives the weights to the losses as they are.
 *
 * For up to eight tasks it is exact, to the precision of M, where the peers' Frank–Wolfe steps go like
 * 1/n (see `complementary`). Equal gradients get equal weights.
 * @example
 * ```ts
 * import { mgda } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const balancer = mgda.make({ objectives: [{ name: 'semantic' }, { name: 'depth' }] });
 * // Gradients (1, 0) and (0, 2): the shortest vector between them is (0.8, 0.4).
 * const gram = tf.tensor2d([[1, 0], [0, 4]]);
 * const both = tf.tensor1d([1, 1]);
 * balancer.weights(gram, { losses: both, present: both, inputs: {} }).arraySync(); // → [0.80, 0.20]
 * ```
 */
export const mgda = defineGramian({
  name: 'mgda',
  alias: ['MGDA'],
  source: 'Désidéri 2012; Sener & Koltun 2018, arXiv 1810.04650, equation 3',
  formula: 'w = argmin ‖Σ wᵢgᵢ‖² over wᵢ ≥ 0, Σ wᵢ = 1',
  cost: 'K backward passes',
  options: {
    normalisation: z
      .enum(['none', 'l2', 'loss', 'loss+'])
      .default('none')
      .describe('what each gradient is divided by first'),
  },
  lacks: { scale: 'the shortest vector leans to the small gradients' },
  guarantees: ['non-conflicting'],
  make: (_place, { normalisation }): GramianBalancer => ({
    ...nothing,
    kind: 'gramian',
    name: 'mgda',
    weights(gram, context) {
      const angles = cosines(gram);
      const factor = factorOf[normalisation](angles.inverse, context);
      const w = shortest(angles, tf.mul(angles.lengths, factor), context.present);
      return tf.mul(w, factor);
    },
  }),
});

type Factor = (inverse: tf.Tensor1D, context: GradientContext) => tf.Tensor1D;

const overLoss = ({ losses }: GradientContext): tf.Tensor1D =>
  tf.reciprocal(tf.maximum(losses, SMALLEST));

/** What each gradient is multiplied by, `[K]`. */
const factorOf: Readonly<Record<'none' | 'l2' | 'loss' | 'loss+', Factor>> = {
  none: (inverse) => tf.onesLike(inverse),
  l2: (inverse) => inverse,
  loss: (_, context) => overLoss(context),
  'loss+': (inverse, context) => tf.mul(inverse, overLoss(context)),
};
