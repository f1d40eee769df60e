import { z } from 'zod';
import { defineArchitecture } from './define.ts';
import { encoderScope, headOn, perHead, sumOfParameters } from './parts.ts';

/**
 * Hard parameter sharing (Caruana 1997): one encoder for all tasks, one head per task. What a network is built as
 * where nothing else is asked for.
 *
 * Degree of sharing: 1 everywhere.
 * @example
 * ```ts
 * import { dilatedResidual, hardSharing, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const { sharing } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture: hardSharing.make() });
 * sharing().map(({ stage, degree }) => `${stage} ${degree}`); // → ['stem 1', 'stage1 1', 'stage2 1', 'stage3 1']
 * ```
 */
export const hardSharing = defineArchitecture({
  name: 'hard-sharing',
  alias: ['HPS', 'hard'],
  source: 'Caruana 1997, section 2; Ruder 2017, section 3.1',
  formula: 'x = encoder(input) for all tasks',
  options: z.strictObject({}),
  settings: () => ({ usual: {} }),
  // Σ of the stages, once.
  parameters: ({ stages }) => sumOfParameters(stages),
  build({ input, encoder, heads, seed }) {
    const tasks = heads.map(({ name }) => name);
    const stages = encoder.build(input, encoderScope(tasks, tasks, seed));
    return {
      outputs: perHead(heads, (head) => headOn(head, stages, seed)),
      stages: perHead(heads, () => stages),
      sharing: () => stages.map(({ name }) => ({ stage: name, degree: 1, values: {} })),
    };
  },
});
