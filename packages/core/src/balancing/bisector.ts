import * as tf from '@tensorflow/tfjs';
import type { GramianBalancer } from './gradient-balancer.ts';
import { cosines, normalised } from './k-space/cosines.ts';
import { shortest } from './k-space/hull.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/**
 * The equiangular direction method, EDM (Katrutsa et al. 2020): with the shortest vector `Σ vᵢ gᵢ/‖gᵢ‖`
 * of the convex hull of the unit gradients, `w ∝ vᵢ / ‖gᵢ‖`, `Σ wᵢ = 1`. Of two tasks it is the bisector
 * of the angle between the gradients. MGDA of unit gradients, and a step whose length goes with theirs.
 */
export const bisector = defineGramian({
  name: 'bisector',
  alias: ['EDM'],
  source: 'Katrutsa et al. 2020, "Follow the bisector", arXiv 2007.06937',
  formula: 'w ∝ vᵢ/‖gᵢ‖, Σ wᵢ = 1, v = argmin ‖Σ vᵢgᵢ/‖gᵢ‖‖² over vᵢ ≥ 0, Σ vᵢ = 1',
  cost: 'K backward passes',
  options: {},
  lacks: {},
  guarantees: ['non-conflicting'],
  make: (): GramianBalancer => ({
    ...nothing,
    kind: 'gramian',
    name: 'bisector',
    weights(gram, { present }) {
      const angles = cosines(gram);
      const v = shortest(angles, angles.live, present);
      return normalised(tf.mul(v, angles.inverse));
    },
  }),
});
