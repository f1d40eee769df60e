import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { StageFeatures } from '../encoders/encoder.ts';
import { carrier, hold, type LayerWeight } from '../layers/held.ts';
import type { Penalty, StageSharing } from './architecture.ts';
import { defineArchitecture } from './define.ts';
import { sameKernels } from './kernels.ts';
import { encoderScope, headOn, ownerFor, perHead, stageOn } from './parts.ts';
import { covarianceOf, tensorNormalPenalty } from './tensor-normal.ts';

/** Sides of a layer's kernels, all tasks' together: what a kernel reads, what it gives, tasks. */
const SIDES = ['features', 'outputs', 'tasks'] as const;

const options = z.strictObject({
  own: z.number().int().min(1).default(1).describe('last stages that each task has for itself'),
  sides: z
    .array(z.enum(SIDES))
    .default(['tasks'])
    .describe('whose covariance is learned; of the others it is the identity'),
  lambda: z.number().min(0).default(0.1).describe('λ of the prior’s −log a number of the kernels'),
});

/**
 * Deep relationship networks (Long et al. 2017): the first stages for all tasks, the last ones of each task's own, whose
 * kernels W, layer by layer, have a tensor-normal prior `N(0, Σ_features ⊗ Σ_outputs ⊗ Σ_tasks)`. Its negative
 * logarithm is a penalty, and the covariances are learned along with the weights by its gradient (the paper alternates,
 * by closed forms of the same function). Which tasks are alike stands in Σ_tasks. By default the other two are
 * identities: for kernels of convolutions they have as many numbers as the kernels.
 *
 * Degree of sharing: 1 of the first stages; of the others the mean of `|Σₐᵦ| / √(Σₐₐ Σᵦᵦ)` over pairs of tasks and the
 * stage's layers.
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel, relationshipNetwork } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const architecture = relationshipNetwork.make({ own: 2 });
 * const { sharing } = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1, architecture });
 * // Nothing is known of the tasks yet.
 * sharing().map(({ degree }) => degree); // → [1, 1, 0, 0]
 * ```
 */
export const relationshipNetwork = defineArchitecture({
  name: 'relationship-network',
  alias: ['DRN', 'deep-relationship-network'],
  source: 'Long, Cao, Wang & Yu 2017, NeurIPS, arXiv 1506.02117, equations 4 to 6',
  formula: 'L + λ Σₗ −log N(Wˡ; 0, Σ_features ⊗ Σ_outputs ⊗ Σ_tasks) / |Wˡ|',
  options,
  settings: () => ({ usual: {}, whole: { own: 2, sides: [...SIDES] } }),
  // First stages once, the last `own` for each task, d² for each learned covariance of a kernel's side.
  parameters({ tasks, stages }, { own, sides }) {
    const first = stages.length - Math.min(own, stages.length);
    return stages.reduce((sum, { parameters, kernels }, s) => {
      if (s < first) return sum + parameters;
      const learned = kernels.flatMap((kernel) =>
        sidesOf(kernel, tasks.length).filter((_, k) => sides.includes(SIDES[k])),
      );
      return sum + tasks.length * parameters + learned.reduce((n, d) => n + d * d, 0);
    }, 0);
  },
  build({ input, encoder, heads, seed }, { own, sides, lambda }) {
    const names = heads.map(({ name }) => name);
    const T = heads.length;
    const first = encoder.stages.length - Math.min(own, encoder.stages.length);
    const common: StageFeatures[] = [];
    let x = input;
    for (const stage of encoder.stages.slice(0, first)) {
      const made = stageOn(stage, x, encoderScope(names, heads, seed));
      common.push(made);
      x = made.features;
    }
    const relations = carrier(x, {
      ...{ name: 'relations', seed },
      owner: T > 1 ? 'between' : ownerFor(names, heads),
    });
    const scopes = heads.map(({ name }) => encoderScope([name], heads, seed));
    const towers = scopes.map((scope) => {
      let y = relations.x;
      return encoder.stages.slice(first).map((stage) => {
        const made = stageOn(stage, y, scope);
        y = made.features;
        return made;
      });
    });
    const priors = encoder.stages.slice(first).map((_, s) => {
      const built = towers.map((tower, t) => ({
        from: s === 0 ? relations.x : tower[s - 1].features,
        to: tower[s].features,
        prefix: scopes[t].name,
      }));
      return sameKernels(built).map(({ name, kernels }) => ({
        kernels,
        free: sidesOf(kernels[0].shape as number[], T).map((d, k) =>
          sides.includes(SIDES[k])
            ? (hold(
                relations.layer,
                `${name}/${SIDES[k]}`,
                tf.zeros([d, d]),
              ) as tf.Variable<tf.Rank.R2>)
            : undefined,
        ),
      }));
    });
    const penalty: Penalty = {
      name: 'tensor-normal',
      value: () =>
        tf.tidy(() => {
          const each = priors
            .flat()
            .map(({ kernels, free }) => tensorNormalPenalty(stackedKernels(kernels), free));
          return tf.mul<tf.Scalar>(lambda, tf.addN(each));
        }),
    };
    const stages = perHead(heads, (_, t) => [...common, ...towers[t]]);
    return {
      outputs: perHead(heads, (head) => headOn(head, stages[head.name], seed)),
      stages,
      penalties: [penalty],
      sharing: () =>
        encoder.stages.map(({ name }, s): StageSharing => {
          if (s < first || T === 1) return { stage: name, degree: 1, values: {} };
          const learned = priors[s - first].flatMap(({ free }) => free[2] ?? []);
          return { stage: name, ...correlations(names, learned) };
        }),
    };
  },
});

/** What a kernel reads, what it gives, and tasks. */
const sidesOf = (kernel: readonly number[], tasks: number): readonly [number, number, number] => {
  const outputs = kernel[kernel.length - 1];
  return [kernel.reduce((a, b) => a * b, 1) / outputs, outputs, tasks];
};

/** W `[features, outputs, tasks]`. */
const stackedKernels = (kernels: readonly LayerWeight[]): tf.Tensor3D => {
  const each = kernels.map((kernel) => {
    const value = kernel.read();
    return tf.reshape(value, [-1, value.shape[value.shape.length - 1]]);
  });
  return tf.stack(each, 2) as tf.Tensor3D;
};

/** Correlations of tasks, the mean over layers. */
function correlations(
  names: readonly string[],
  learned: readonly tf.Tensor2D[],
): Omit<StageSharing, 'stage'> {
  const each = learned.map((free) => covarianceOf(free));
  const pairs = names.flatMap((a, i) =>
    names.slice(i + 1).map((b, n) => {
      const j = i + 1 + n;
      const of = each.map((S) => S[i][j] / Math.sqrt(S[i][i] * S[j][j]));
      return [`correlation/${a}+${b}`, mean(of)] as const;
    }),
  );
  return {
    degree: mean(pairs.map(([, value]) => Math.abs(value))),
    values: Object.fromEntries(pairs),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
