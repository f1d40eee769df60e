import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { sumOf } from '../balancing/per-task.ts';
import type { StageFeatures } from '../encoders/encoder.ts';
import { matched } from '../layers/matched.ts';
import { mixed } from '../layers/mix.ts';
import { pointwise } from '../layers/pointwise.ts';
import type { Penalty } from './architecture.ts';
import { columnOptions, columnsOf, stitched, type Column } from './columns.ts';
import { readOf } from './cross-stitch.ts';
import { defineArchitecture } from './define.ts';
import { headOn, ownerFor, perHead, sumOfParameters } from './parts.ts';

/**
 * Sluice networks (Ruder et al. 2019): one encoder for each task, whose channels are two subspaces (or more), equal
 * runs of them. Behind each stage every subspace goes on as a sum of all tasks' subspaces, with coefficients α; each
 * head reads a sum of what all stages gave, with coefficients β; and `λ Σ ‖G₁ᵀ G₂‖²`, over pairs of subspaces, keeps
 * what they are made by apart, G the columns of a stage's kernels that give a subspace its channels.
 *
 * With coefficients 0 between different subspaces and β 1 for the last stage it is a cross-stitch network; with those
 * of one task's subspaces alone it is hard sharing.
 *
 * A stage whose channels or places are not the last one's is brought to them before it is summed, by means over places
 * and a linear map, which belongs to the head's task as its β do.
 *
 * Degree of sharing of a stage: as in cross-stitch networks, over subspaces.
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel, sluice } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const architecture = sluice.make({ same: 0.7, last: 0.85 });
 * const { sharing } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * const { values } = sharing()[3];
 * // Three subspaces share what is left of 1, and three stages.
 * [values['alpha/depth.1→semantic.2'], values['beta/semantic']]; // → [0.1, 0.85]
 * ```
 */
export const sluice = defineArchitecture({
  name: 'sluice',
  alias: ['sluice-network'],
  source: 'Ruder et al. 2019, equations 2 to 5; Ruder 2017, section 5.8',
  formula: 'x_j ← Σᵢ α_ij x_i over subspaces, head of t reads Σ_l β_l xᵗ_l, L + λ Σ ‖G₁ᵀ G₂‖²',
  options: z.strictObject({
    subspaces: z.number().int().min(1).default(2).describe('equal runs of a stage’s channels'),
    same: z
      .number()
      .min(0)
      .max(1)
      .default(0.9)
      .describe('α of a subspace itself at the start; the rest is of the others, in equal parts'),
    last: z
      .number()
      .min(0)
      .max(1)
      .default(0.9)
      .describe('β of the last stage at the start; the rest is of the others, in equal parts'),
    lambda: z.number().min(0).default(0.001).describe('λ, of orthogonal subspaces'),
    ...columnOptions,
  }),
  settings: () => ({
    usual: {},
    'one space': { subspaces: 1, start: 'apart' as const },
  }),
  // Σ of the stages, K times; (K subspaces)² behind each; for each task a β of each stage, and a map of those that
  // have other channels than the last. Of one task there is nothing to couple.
  parameters({ tasks: { length: K }, stages }, { subspaces }) {
    const { channels } = stages[stages.length - 1];
    const maps = stages
      .filter((stage) => stage.channels !== channels)
      .map((stage) => stage.channels * channels + channels);
    const beta = stages.length > 1 ? stages.length + maps.reduce((a, b) => a + b, 0) : 0;
    const alpha = K > 1 ? stages.length * (K * subspaces) ** 2 : 0;
    return K * (sumOfParameters(stages) + beta) + alpha;
  },
  build(place, { subspaces, same, last, lambda, start }) {
    const { encoder, heads, seed } = place;
    const tasks = heads.map(({ name }) => name);
    const K = tasks.length;
    const all = K * subspaces;
    const L = encoder.stages.length;
    const alphas: tf.Variable<tf.Rank.R4>[] = [];
    const columns = columnsOf(place, {
      start,
      lastCoupled: K > 1 ? L - 1 : -1,
      couple(i, made) {
        if (K < 2) return made.map(({ features }) => features);
        const unit = stitched(made, encoder.stages[i].name, seed, {
          parts: subspaces,
          initial: (from, to) => (from === to ? same : (1 - same) / (all - 1)),
        });
        alphas.push(unit.coefficients);
        return unit.features;
      },
    });
    const betas: tf.Variable<tf.Rank.R4>[] = [];
    const stagesOf = columns.map(({ task, stages }): readonly StageFeatures[] => {
      if (L === 1) return stages;
      const [first, end] = [stages.slice(0, -1), stages[L - 1]];
      const scope = { name: `${task}/beta`, seed, owner: ownerFor([task], tasks) };
      const terms = stages.map(({ name, features, channels }) => {
        const placed = matched(features, end.features, `${scope.name}/${name}/places`);
        if (channels === end.channels) return placed;
        return pointwise(placed, { ...scope, name: `${scope.name}/${name}` }, end.channels);
      });
      const sum = mixed(terms, scope, {
        outputs: 1,
        initial: (from) => (from === L - 1 ? last : (1 - last) / (L - 1)),
      });
      betas.push(sum.coefficients);
      return [...first, { ...end, features: sum.features[0] }];
    });
    return {
      outputs: perHead(heads, (head, t) => headOn(head, stagesOf[t], seed)),
      stages: perHead(heads, (_, t) => stagesOf[t]),
      penalties: subspaces > 1 && lambda > 0 ? [apart(columns, subspaces, lambda)] : [],
      sharing: () =>
        encoder.stages.map(({ name }, i) => {
          const read = K > 1 ? readOf(alphas[i], tasks) : { degree: 1, values: {} };
          const beta = betas.map((of, t) => [`beta/${tasks[t]}`, betaOf(of, i)] as const);
          return {
            stage: name,
            degree: read.degree,
            values: { ...read.values, ...Object.fromEntries(beta) },
          };
        }),
    };
  },
});

const betaOf = (beta: tf.Variable, i: number): number =>
  Number(beta.dataSync<'float32'>()[i].toPrecision(7));

/** `λ Σ ‖G_pᵀ G_q‖²` over pairs of subspaces of every kernel that gives a stage's channels. */
function apart(columns: readonly Column[], subspaces: number, lambda: number): Penalty {
  const kernels = columns.flatMap(({ stages, weights }) =>
    weights.flatMap((of, i) =>
      of.filter(({ shape }) => shape.length > 1 && shape[shape.length - 1] === stages[i].channels),
    ),
  );
  return {
    name: 'orthogonality',
    value() {
      const terms = kernels.flatMap((kernel) => {
        const matrix = tf.reshape(kernel, [-1, kernel.shape[kernel.shape.length - 1]]);
        const parts = tf.split(matrix, subspaces, 1);
        return parts.flatMap((a, p) =>
          parts.slice(p + 1).map((b) => tf.sum<tf.Scalar>(tf.square(tf.matMul(a, b, true)))),
        );
      });
      return tf.mul(sumOf(terms), lambda);
    },
  };
}
