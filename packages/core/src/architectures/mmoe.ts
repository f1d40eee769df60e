import { z } from 'zod';
import { defineArchitecture } from './define.ts';
import { expertNetwork, expertsSize, softGate, softGateSize } from './experts.ts';

/** Schema of how many experts all tasks have in common. */
export const expertCount = z
  .number()
  .int()
  .min(1)
  .describe('encoders that all tasks have in common');

/**
 * Multi-gate mixture of experts (Ma et al. 2018): E encoders for all tasks, and each task a gate that weighs what they
 * give for each example. Its gate sees numbers as they are, of a picture the means of 4×4 cells (LibMTL's: every
 * pixel). All gates begin alike.
 *
 * Degree of sharing: the part of their weight that two tasks give to the same experts, `Σₑ min(gₐₑ, gᵦₑ)`, the mean of
 * all pairs, of the gates at an input of zeros, which is the mean of normalised ones.
 * @example
 * ```ts
 * import { dilatedResidual, mmoe, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const architecture = mmoe.make({ experts: 2 });
 * const { sharing } = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1, architecture });
 * sharing()[0].values['gate/expert1→depth']; // → 0.5
 * ```
 */
export const mmoe = defineArchitecture({
  name: 'mmoe',
  alias: ['MMoE'],
  source: 'Ma et al. 2018, KDD, equations 6 and 7',
  formula: 'xₐ = Σₑ gₐₑ xₑ, gₐ = softmax(Wₐ·input + bₐ)',
  options: z.strictObject({ experts: expertCount.default(3) }),
  settings: () => ({ usual: {} }),
  // E · encoder, and for each task E · (glance + 1) where there is a choice.
  parameters: (sizes, { experts }) =>
    expertsSize(sizes, { shared: experts, own: 0 }) +
    (experts > 1 ? sizes.tasks.length * softGateSize(sizes, experts) : 0),
  build: (place, { experts }) => expertNetwork(place, { shared: experts, own: 0 }, softGate),
});
