import { z } from 'zod';
import { defineArchitecture } from './define.ts';
import { expertNetwork, expertsSize, softGate, softGateSize } from './experts.ts';

/** Schema of how many experts there are, of all tasks and of each. */
export const expertCounts = {
  shared: z.number().int().min(0).default(1).describe('experts that all tasks have in common'),
  own: z.number().int().min(1).default(1).describe('experts that each task has for itself'),
};

/**
 * Customised gate control (Tang et al. 2020): encoders for all tasks and encoders of each task alone; a task's gate
 * weighs those of all and its own, see `mmoe`. With no shared encoder and one of each task there is nothing to weigh:
 * single networks.
 *
 * Degree of sharing: as of `mmoe`, over the shared experts.
 * @example
 * ```ts
 * import { cgc, countParameters, dilatedResidual, multiTaskModel, parametersOf } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const options = { encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1 } as const;
 * const alone = multiTaskModel({ ...options, architecture: cgc.make({ shared: 0 }) });
 * countParameters(parametersOf(alone)).shared; // → 0
 * ```
 */
export const cgc = defineArchitecture({
  name: 'cgc',
  alias: ['CGC'],
  source: 'Tang et al. 2020, RecSys, equations 1 to 3',
  formula: 'xₐ = Σₑ gₐₑ xₑ over shared and own experts, gₐ = softmax(Wₐ·input + bₐ)',
  options: z.strictObject(expertCounts),
  settings: () => ({ usual: {}, single: { shared: 0 } }),
  // (S + O · tasks) · encoder, and for each task (S + O) · (glance + 1) where there is a choice.
  parameters: (sizes, { shared, own }) =>
    expertsSize(sizes, { shared, own }) +
    (shared + own > 1 ? sizes.tasks.length * softGateSize(sizes, shared + own) : 0),
  build: (place, counts) => expertNetwork(place, counts, softGate),
});
