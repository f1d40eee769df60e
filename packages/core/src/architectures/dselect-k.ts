import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { computed } from '../layers/computed.ts';
import { dense } from '../layers/dense.ts';
import { GATE_CELLS, glance, glanceSize } from '../layers/gate.ts';
import { inside } from '../layers/scope.ts';
import { defineArchitecture } from './define.ts';
import { expertNetwork, expertsSize, type GateOn } from './experts.ts';
import { expertCount } from './mmoe.ts';
import { bitsOf, selectionPenalty, selectors } from './smooth-step.ts';

const options = z.strictObject({
  experts: expertCount.default(4),
  k: z.number().int().min(1).default(2).describe('experts that a task takes at most'),
  gamma: z.number().positive().default(1).describe('width of the smooth step'),
  entropy: z.number().min(0).default(1e-3).describe('λ of the selectors’ entropy'),
});
type Options = z.output<typeof options>;

/** A gate of k selectors: `g = Σᵢ wᵢ r(zᵢ)`. */
const selecting =
  ({ k, gamma, entropy }: Options): GateOn =>
  (input, scope, experts) => {
    const bits = bitsOf(experts);
    const seen = glance(input, scope.name, GATE_CELLS.picture);
    // Near 0, as the authors begin: half way between all experts.
    const z = dense(seen, inside(scope, 'bits'), { units: k * bits, gain: gamma / 100 });
    const w = dense(seen, inside(scope, 'logits'), { units: k, gain: 0.05 });
    const chosen = (of: tf.Tensor) => selectors(tf.reshape(of, [-1, k, bits]), experts, gamma);
    const weighed = (of: tf.Tensor, logits: tf.Tensor) =>
      tf.sum(tf.mul(chosen(of), tf.expandDims(tf.softmax(logits), 2)), 1);
    const weights = computed([z, w], scope, {
      shape: [experts],
      call: ([of, logits]) => weighed(of, logits),
    });
    const bias = ({ sourceLayer }: tf.SymbolicTensor) => {
      const b = sourceLayer.weights[1].read();
      return tf.reshape(b, [1, b.size]);
    };
    return {
      weights,
      now: () => tf.tidy(() => weighed(bias(z), bias(w)).dataSync<'float32'>()),
      penalties: [
        {
          name: `selection/${scope.name.split('/')[0]}`,
          watches: [z],
          value([of]) {
            const { entropy: undecided, outside } = selectionPenalty(chosen(of));
            return tf.mul<tf.Scalar>(tf.add(undecided, outside), entropy);
          },
        },
      ],
    };
  };

/**
 * DSelect-k (Hazimeh et al. 2021): `mmoe` with gates that choose. Each of a task's k selectors numbers one expert in
 * binary by smooth steps, which are 0 or 1 outside a band; what it gives is exactly 0 for the experts that it does not
 * choose. A penalty, λ times the entropy of the selectors and, where binary numbers are left over, `1/Σₑ rₑ`, makes
 * them choose.
 *
 * Degree of sharing: as of `mmoe`.
 * @example
 * ```ts
 * import { dilatedResidual, dselectK, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const architecture = dselectK.make({ experts: 2, k: 1 });
 * const { penalties } = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1, architecture });
 * penalties.map(({ name }) => name); // → ['selection/semantic', 'selection/depth']
 * ```
 */
export const dselectK = defineArchitecture({
  name: 'dselect-k',
  alias: ['DSelect_k', 'DSelect-k'],
  source: 'Hazimeh et al. 2021, NeurIPS, equations 4 to 6 and section 3.2',
  formula: 'xₐ = Σₑ gₐₑ xₑ, gₐ = Σᵢ softmax(w)ᵢ Πⱼ S(zᵢⱼ) or 1 − S(zᵢⱼ)',
  options,
  settings: () => ({ usual: {}, three: { experts: 3, k: 1 } }),
  // E · encoder, and for each task k · (⌈log₂ E⌉ + 1) · (glance + 1) where there is a choice.
  parameters: (sizes, { experts, k }) =>
    expertsSize(sizes, { shared: experts, own: 0 }) +
    (experts > 1
      ? sizes.tasks.length *
        k *
        (bitsOf(experts) + 1) *
        (glanceSize(sizes.input, GATE_CELLS.picture) + 1)
      : 0),
  build: (place, given) =>
    expertNetwork(place, { shared: given.experts, own: 0 }, selecting(given)),
});
