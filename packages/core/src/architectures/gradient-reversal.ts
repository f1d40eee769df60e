import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { replaceCall } from '../layers/replace-call.ts';
import { lastFeatures } from '../encoders/encoder.ts';
import { defineArchitecture } from './define.ts';
import { checkTasks, encoderScope, headOn, perHead, sumOfParameters } from './parts.ts';

/**
 * Hard sharing in which some heads reach the shared encoder otherwise: through a gradient reversal layer (Ganin &
 * Lempitsky 2015), so that the encoder unlearns what such a head needs, by `−λ ∂L/∂x`; or not at all, so that a head
 * learns on features that others make (a probe). The heads themselves learn as ever, and outputs are those of hard
 * sharing.
 *
 * λ grows, where `ramp` is given, from 0 as `λ (2/(1 + e^(−10 p)) − 1)` with p the part of `ramp` batches that is over
 * (Ganin et al. 2016, section 5.2.2).
 *
 * Degree of sharing: 1 everywhere, as features go; what a head asks of them is another matter.
 * @example
 * ```ts
 * import { dilatedResidual, gradientReversal, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const architecture = gradientReversal.make({ reversed: ['depth'], lambda: 0.5, ramp: 100 });
 * const { drive } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * drive?.inputsAt(0); // → { lambda: [0] }
 * drive?.inputsAt(500).lambda[0].toFixed(3); // → '0.500'
 * ```
 */
export const gradientReversal = defineArchitecture({
  name: 'gradient-reversal',
  alias: ['GRL', 'DANN', 'stop-gradient'],
  source: 'Ganin & Lempitsky 2015, section 3.1; Ganin et al. 2016, section 5.2.2',
  formula: 'xᵗ = x, with ∂L/∂x ← −λ ∂L/∂xᵗ for reversed tasks t, 0 for stopped ones',
  options: z.strictObject({
    reversed: z
      .array(z.string())
      .default([])
      .describe('tasks whose gradient reaches the encoder reversed'),
    stopped: z.array(z.string()).default([]).describe('tasks whose gradient does not reach it'),
    lambda: z.number().min(0).default(1).describe('λ'),
    ramp: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .describe('batches over which λ grows from 0; 0: it is there from the start'),
  }),
  settings: (tasks) => ({
    usual: { stopped: tasks.slice(-1) },
    reversed: { reversed: tasks.slice(-1), lambda: 0.5 },
    ramp: { reversed: tasks.slice(-1), ramp: 10 },
  }),
  surrogate: 'a reversed gradient is that of no function',
  // Σ of the stages, once.
  parameters: ({ stages }) => sumOfParameters(stages),
  build({ input, encoder, heads, seed }, { reversed, stopped, lambda, ramp }) {
    const tasks = heads.map(({ name }) => name);
    checkTasks('gradient-reversal', [...reversed, ...stopped], heads);
    const both = reversed.find((task) => stopped.includes(task));
    if (both !== undefined) {
      throw new Error(`gradient-reversal: ${both} is both reversed and stopped; keep one`);
    }
    const stages = encoder.build(input, encoderScope(tasks, tasks, seed));
    const strength = tf.variable(tf.scalar(ramp > 0 ? 0 : lambda), false);
    const factorOf = (task: string): (() => tf.Scalar) | undefined => {
      if (reversed.includes(task)) return () => tf.neg(strength);
      return stopped.includes(task) ? () => tf.scalar(0) : undefined;
    };
    const stagesOf = perHead(heads, ({ name }) => {
      const factor = factorOf(name);
      if (!factor) return stages;
      const last = stages[stages.length - 1];
      const features = scaledBack(lastFeatures(stages), `${name}/back`, factor);
      return [...stages.slice(0, -1), { ...last, features }];
    });
    const lambdaAt = (batch: number) =>
      ramp > 0 ? lambda * (2 / (1 + Math.exp((-10 * batch) / ramp)) - 1) : lambda;
    return {
      outputs: perHead(heads, (head) => headOn(head, stagesOf[head.name], seed)),
      stages: stagesOf,
      ...(reversed.length > 0 && {
        drive: {
          inputs: { lambda: [] },
          inputsAt: (batch: number) => ({ lambda: Float32Array.of(lambdaAt(batch)) }),
          take: (given: Readonly<Record<string, tf.Tensor>>) =>
            strength.assign(given['lambda'] as tf.Scalar),
          state: { lambda: strength },
        },
      }),
      sharing: () => stages.map(({ name }) => ({ stage: name, degree: 1, values: {} })),
    };
  },
});

/** The same features, whose gradient has a factor: a linear activation, as far as what it computes goes. */
function scaledBack(
  x: tf.SymbolicTensor,
  name: string,
  factor: () => tf.Scalar,
): tf.SymbolicTensor {
  const layer = tf.layers.activation({ activation: 'linear', name });
  const identity = tf.customGrad((given) => ({
    value: tf.clone(given as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor()),
  }));
  return replaceCall(layer, (features) => identity(features)).apply(x) as tf.SymbolicTensor;
}
