import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { StageFeatures } from '../encoders/encoder.ts';
import { convBn, convBnRelu, relu } from '../layers/conv-block.ts';
import { dense } from '../layers/dense.ts';
import { inside, type Scope } from '../layers/scope.ts';
import { defineArchitecture } from './define.ts';
import { encoderScope, headOn, ownerFor, perHead } from './parts.ts';
import { reapplied } from './reapplied.ts';

const isMap = (x: tf.SymbolicTensor): boolean => x.shape.length === 4;

/** `a = σ(h₂(relu(h₁(x))))`, 1×1 convolutions with normalisation of maps, dense layers of numbers. */
function attention(x: tf.SymbolicTensor, scope: Scope, units: number): tf.SymbolicTensor {
  const [first, second] = [inside(scope, '1'), inside(scope, '2')];
  const logits = isMap(x)
    ? convBn(convBnRelu(x, first, { filters: units, kernel: 1 }), second, {
        ...{ filters: units, kernel: 1, gain: 1 },
      })
    : dense(relu(dense(x, first, { units, gain: Math.SQRT2 }), `${first.name}/relu`), second, {
        units,
      });
  return tf.layers
    .activation({ activation: 'sigmoid', name: `${scope.name}/sigmoid` })
    .apply(logits) as tf.SymbolicTensor;
}

/** What carries attended features on to the next stage: its channels, and its size by the maximum of each cell. */
function carriedOn(x: tf.SymbolicTensor, scope: Scope, units: number, stride: number) {
  if (!isMap(x)) return relu(dense(x, scope, { units, gain: Math.SQRT2 }), `${scope.name}/relu`);
  const y = convBnRelu(x, scope, { filters: units });
  const pool = tf.layers.maxPooling2d({ name: `${scope.name}/pool`, poolSize: stride });
  return stride === 1 ? y : (pool.apply(y) as tf.SymbolicTensor);
}

/**
 * The multi-task attention network (Liu, Johns & Davison 2019): one encoder for all tasks, and at each stage a mask of
 * each task, `âₐ = aₐ ⊙ p`, that chooses among the stage's features p. The mask sees u, what goes into the stage's
 * last step (p itself where there is but one), and what the task attended to one stage before, carried on by a
 * convolution f that all tasks share. A head reads âₐ.
 *
 * Degree of sharing: 1 everywhere, since every task reads all stages; the masks differ with each picture.
 * @example
 * ```ts
 * import { countParameters, dilatedResidual, mtan, multiTaskModel, parametersOf } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const options = { encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1 } as const;
 * const count = (architecture = mtan.make()) =>
 *   countParameters(parametersOf(multiTaskModel({ ...options, architecture }))).shared;
 * // Besides the encoder, three 3×3 convolutions of 4 channels with their normalisation carry features on.
 * count() - countParameters(parametersOf(multiTaskModel(options))).shared; // → 456
 * ```
 */
export const mtan = defineArchitecture({
  name: 'mtan',
  alias: ['MTAN'],
  source: 'Liu, Johns & Davison 2019, CVPR, equations 1 and 2',
  formula: 'âₐˡ = aₐˡ ⊙ pˡ, aₐˡ = σ(h([uˡ; f(âₐˡ⁻¹)]))',
  options: z.strictObject({}),
  settings: () => ({ usual: {} }),
  // encoder; of each stage of C channels f from the C′ before it, and for each task h₁ of C, or 2 C behind f, and h₂:
  // C C′ k² and C (h₁ + C) with k = 3 and 2 C of normalisation after each of maps, k = 1 and C biases of numbers.
  parameters({ tasks, stages, input }) {
    const [taps, each] = input.length > 1 ? [9, 2] : [1, 1];
    return stages.reduce((sum, { parameters, channels: C }, s) => {
      const before = s === 0 ? undefined : stages[s - 1].channels;
      const carried = before === undefined ? 0 : taps * before * C + each * C;
      const seen = before === undefined ? C : 2 * C;
      return sum + parameters + carried + tasks.length * (seen * C + C * C + 2 * each * C);
    }, 0);
  },
  build({ input, encoder, heads, seed }) {
    const names = heads.map(({ name }) => name);
    const trunk = encoderScope(names, heads, seed);
    const attended = perHead(heads, (): StageFeatures[] => []);
    let p = input;
    for (const [s, stage] of encoder.stages.entries()) {
      const steps = stage.steps ?? [(y, scope) => stage.build(y, scope)];
      const early = steps.slice(0, -1).reduce((y, step) => step(y, trunk), p);
      p = steps[steps.length - 1](early, trunk);
      const u = steps.length > 1 ? early : p;
      const last = encoder.stages[s - 1] as typeof stage | undefined;
      let first: { readonly from: tf.SymbolicTensor; readonly to: tf.SymbolicTensor } | undefined;
      for (const { name } of heads) {
        const behind = attended[name].at(-1)?.features;
        let seen = u;
        if (behind && last) {
          const scope = { ...trunk, name: `carried/${last.name}` };
          const carried = first
            ? reapplied(first.from, first.to, behind)
            : carriedOn(behind, scope, stage.channels, stage.stride / last.stride);
          first ??= { from: behind, to: carried };
          const joined = tf.layers.concatenate({ name: `${name}/seen/${stage.name}` });
          seen = joined.apply([u, carried]) as tf.SymbolicTensor;
        }
        const owner = ownerFor([name], heads);
        const at = { name: `${name}/attention/${stage.name}`, seed, owner };
        const mask = attention(seen, at, stage.channels);
        const product = tf.layers.multiply({ name: `${name}/attended/${stage.name}` });
        const features = product.apply([mask, p]) as tf.SymbolicTensor;
        const { stride, channels } = stage;
        attended[name].push({ name: stage.name, stride, channels, features });
      }
    }
    return {
      outputs: perHead(heads, (head) => headOn(head, attended[head.name], seed)),
      stages: attended,
      sharing: () => encoder.stages.map(({ name }) => ({ stage: name, degree: 1, values: {} })),
    };
  },
});
