import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineArchitecture } from './define.ts';
import { checkTasks, encoderScope, headOn, perHead, stageOn, sumOfParameters } from './parts.ts';

/**
 * Hard sharing with a private layer for the main task (Caruana 1997, section 4): the last stages of the encoder once
 * more, for that task alone, beside those that all share; its head reads both, side by side. So the main task need not
 * keep to what the others want of the features.
 *
 * Degree of sharing of a stage: the share of what tasks read that is common, a mean over tasks: 1 − 1/2K where the
 * main task has a second one.
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel, privateLayer } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const architecture = privateLayer.make({ task: 'depth', stages: 2 });
 * const { sharing } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * sharing().map(({ degree }) => degree); // → [1, 1, 0.75, 0.75]
 * ```
 */
export const privateLayer = defineArchitecture({
  name: 'private-layer',
  alias: [],
  source: 'Caruana 1997, section 4',
  formula:
    'xᵐ = [encoder(input); encoderᵐ(input)] of the main task m, xᵗ = encoder(input) of all others',
  options: z.strictObject({
    task: z.string().nullable().default(null).describe('the main task; null: the first'),
    stages: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe('of the encoder that it has once more, from the last'),
  }),
  settings: (tasks, stages) => ({
    usual: {},
    all: { task: tasks[tasks.length - 1], stages: stages.length },
  }),
  // Σ of the stages, and once more of the last ones.
  parameters: ({ stages }, { stages: own }) =>
    sumOfParameters(stages) + sumOfParameters(stages.slice(-own)),
  build({ input, encoder, heads, seed }, { task, stages: count }) {
    const tasks = heads.map(({ name }) => name);
    const main = task ?? tasks[0];
    checkTasks('private-layer', [main], heads);
    const total = encoder.stages.length;
    if (count > total) {
      throw new Error(`private-layer: expected 1 to ${total} stages, got ${count}`);
    }
    const shared = encoder.build(input, encoderScope(tasks, tasks, seed));
    const scope = { name: `${main}/encoder`, seed, owner: { task: main } } as const;
    let at = count === total ? input : shared[total - count - 1].features;
    for (const stage of encoder.stages.slice(-count)) at = stageOn(stage, at, scope).features;
    const both = tf.layers
      .concatenate({ name: `${main}/encoder/beside` })
      .apply([shared[total - 1].features, at]) as tf.SymbolicTensor;
    const last = shared[total - 1];
    const own = [...shared.slice(0, -1), { ...last, channels: 2 * last.channels, features: both }];
    const stagesOf = (name: string) => (name === main ? own : shared);
    return {
      outputs: perHead(heads, (head) => headOn(head, stagesOf(head.name), seed)),
      stages: perHead(heads, ({ name }) => stagesOf(name)),
      sharing: () =>
        encoder.stages.map(({ name }, i) => ({
          stage: name,
          degree: i < total - count ? 1 : 1 - 1 / (2 * tasks.length),
          values: {},
        })),
    };
  },
});
