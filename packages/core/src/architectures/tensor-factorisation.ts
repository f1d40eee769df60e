import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { carrier, hold, replaced } from '../layers/held.ts';
import { initialStream, type Scope } from '../layers/scope.ts';
import { defineArchitecture } from './define.ts';
import { factorisations, type Factorisation } from './factorisations.ts';
import { sameKernels } from './kernels.ts';
import { encoderScope, headOn, ownerFor, perHead } from './parts.ts';

const options = z.strictObject({
  form: z.enum(['laf', 'tucker', 'tt']).default('laf').describe('of the product'),
  rank: z.number().int().min(1).nullable().default(null).describe('K; null: as many as tasks'),
  share: z.number().positive().max(1).default(0.5).describe('ranks of other sides, of each side'),
});

/**
 * Deep multi-task representation learning by tensor factorisation (Yang & Hospedales 2017): an encoder of each task,
 * of which every layer's kernels are a product of factors that all tasks share and K numbers of the task's own, so that
 * what is shared is learned layer by layer. Three products: last-axis flattening, `Wₐ = L sₐ`, Tucker and tensor train;
 * `share` bounds the ranks of the latter two. Biases and normalisation stay each task's own.
 *
 * Degree of sharing: how alike the tasks' own numbers point, the mean of `|sₐ·sᵦ| / (‖sₐ‖ ‖sᵦ‖)` over pairs of tasks and
 * the stage's layers. 1: all have one kernel up to a factor.
 * @example
 * ```ts
 * import { countParameters, dilatedResidual, multiTaskModel, parametersOf, tensorFactorisation } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const architecture = tensorFactorisation.make({ form: 'laf', rank: 1 });
 * const network = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1, architecture });
 * // With K = 1 the kernels of the encoder, once.
 * countParameters(parametersOf(network)).shared; // → 1004
 * ```
 */
export const tensorFactorisation = defineArchitecture({
  name: 'tensor-factorisation',
  alias: ['DMTRL', 'tucker', 'tensor-train'],
  source: 'Yang & Hospedales 2017, ICLR, arXiv 1605.06391, section 3',
  formula: 'Wₐ = Σₖ Lₖ sₐₖ; L as it is, or itself a product by Tucker or tensor train',
  options,
  settings: () => ({ usual: {}, tucker: { form: 'tucker' as const }, tt: { form: 'tt' as const } }),
  // Of each layer its factors (L: K · kernel) and K · tasks; of each task all but the kernels.
  parameters({ tasks, stages }, { form, rank, share }) {
    const K = rank ?? tasks.length;
    return stages.reduce((sum, { parameters, kernels }) => {
      const whole = kernels.reduce((n, sides) => n + size(sides), 0);
      const factors = kernels
        .flatMap((sides) => factorisations[form].factors(sides, K, share))
        .reduce((n, { shape }) => n + size(shape), 0);
      return sum + factors + tasks.length * (K * kernels.length + parameters - whole);
    }, 0);
  },
  build({ input, encoder, heads, seed }, { form, rank, share }) {
    const names = heads.map(({ name }) => name);
    const K = rank ?? heads.length;
    const all: Scope = { name: 'factors', seed, owner: ownerFor(names, heads) };
    const common = carrier(input, all);
    const own = heads.map(({ name }) => {
      const scope = { name: `${name}/factors`, seed, owner: ownerFor([name], heads) };
      return { ...carrier(common.x, scope), scope };
    });
    const scopes = heads.map(({ name }) => encoderScope([name], heads, seed));
    const towers = own.map(({ x }, t) => encoder.build(x, scopes[t]));
    const vectors = encoder.stages.map((_, s) => {
      const built = towers.map((tower, t) => ({
        from: s === 0 ? own[t].x : tower[s - 1].features,
        to: tower[s].features,
        prefix: scopes[t].name,
      }));
      return sameKernels(built).map(({ name, kernels }) => {
        const sides = kernels[0].shape as number[];
        const drawn = kernels[0].read();
        const deviation = tf.tidy(() => Math.sqrt(tf.mean(tf.square(drawn)).dataSync()[0]));
        const { factors, kernel }: Factorisation = factorisations[form];
        const start = (scope: Scope, at: string, shape: readonly number[], scale: number) =>
          tf.tensor(initialStream(scope, at).normals(size(shape), scale), [...shape]);
        const shared = factors(sides, K, share).map(({ shape, deviation: factor }, i) => {
          const at = `${name}/${i + 1}`;
          return hold(
            common.layer,
            at,
            start(all, at, shape, i === 0 ? factor * deviation : factor),
          );
        });
        return kernels.map((of, t) => {
          const s_a = hold(own[t].layer, name, start(own[t].scope, name, [K], 1 / Math.sqrt(K)));
          replaced(of, () => tf.tidy(() => kernel(shared, s_a as tf.Variable<tf.Rank.R1>, sides)));
          return s_a;
        });
      });
    });
    return {
      outputs: perHead(heads, (head, t) => headOn(head, towers[t], seed)),
      stages: perHead(heads, (_, t) => towers[t]),
      sharing: () =>
        encoder.stages.map(({ name }, s) => {
          const pairs = names.flatMap((a, i) =>
            names.slice(i + 1).map((b, j) => {
              const cosines = vectors[s].map((of) => cosine(of[i], of[i + 1 + j]));
              return [`cosine/${a}+${b}`, mean(cosines)] as const;
            }),
          );
          const degree = pairs.length > 0 ? mean(pairs.map(([, value]) => value)) : 1;
          return { stage: name, degree, values: Object.fromEntries(pairs) };
        }),
    };
  },
});

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

function cosine(a: tf.Tensor, b: tf.Tensor): number {
  const [x, y] = [a, b].map((tensor) => tensor.dataSync<'float32'>());
  const dot = (u: Float32Array, v: Float32Array) =>
    u.reduce((sum, each, i) => sum + each * v[i], 0);
  return Math.abs(dot(x, y)) / Math.max(1e-30, Math.sqrt(dot(x, x) * dot(y, y)));
}
