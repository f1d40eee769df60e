import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { columnOptions, columnsOf, stitched } from './columns.ts';
import { defineArchitecture } from './define.ts';
import { headOn, perHead, stageIndex, sumOfParameters } from './parts.ts';

/**
 * Cross-stitch networks (Misra et al. 2016): one encoder for each task; behind each stage every task goes on with a
 * sum of all tasks' features, whose coefficients α are learned. They begin at `same` for the task's own features and
 * an equal part of the rest for each other's, so that sums keep their size. At `same` 1 and no training of α the tasks
 * are single ones.
 *
 * Degree of sharing of a stage: what a task reads of others, `Σ_{i≠j} |α_ij| / Σᵢ |α_ij|`, a mean over tasks j (and
 * channels), times K/(K−1): 1 where all read all alike.
 * @example
 * ```ts
 * import { crossStitch, dilatedResidual, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const architecture = crossStitch.make({ same: 0.75, at: ['stage2'] });
 * const { sharing } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * const { degree, values } = sharing()[2];
 * [degree, values['alpha/depth→semantic']]; // → [0.5, 0.25]
 * ```
 */
export const crossStitch = defineArchitecture({
  name: 'cross-stitch',
  alias: ['Cross_stitch'],
  source: 'Misra et al. 2016, equation 1',
  formula: 'xʲ ← Σᵢ α_ij xⁱ behind each stage',
  options: z.strictObject({
    per: z
      .enum(['layer', 'channel'])
      .default('layer')
      .describe('what has a coefficient of its own'),
    same: z
      .number()
      .min(0)
      .max(1)
      .default(0.9)
      .describe(
        'α of a task’s own features at the start; the rest is of the others, in equal parts',
      ),
    at: z
      .array(z.string())
      .min(1)
      .nullable()
      .default(null)
      .describe('stages behind which tasks are coupled; null: all'),
    ...columnOptions,
  }),
  settings: (_, stages) => ({
    usual: {},
    channel: { per: 'channel' as const },
    once: { at: stages.slice(0, 1), start: 'apart' as const },
  }),
  // Σ of the stages, K times, and K² coefficients behind each place, or K² for each of its channels.
  parameters({ tasks: { length: K }, stages }, { per, at }) {
    if (K === 1) return sumOfParameters(stages);
    const coupled = stages.filter(({ name }) => at === null || at.includes(name));
    const each = coupled.map(({ channels }) => K * K * (per === 'channel' ? channels : 1));
    return K * sumOfParameters(stages) + each.reduce((a, b) => a + b, 0);
  },
  build(place, { per, same, at, start }) {
    const { encoder, heads, seed } = place;
    const K = heads.length;
    const tasks = heads.map(({ name }) => name);
    const chosen = at?.map((name) => stageIndex('cross-stitch', encoder, name));
    const places = K > 1 ? (chosen ?? encoder.stages.map((_, i) => i)) : [];
    const alphas = new Map<number, tf.Variable<tf.Rank.R4>>();
    const columns = columnsOf(place, {
      start,
      lastCoupled: Math.max(-1, ...places),
      couple(i, made) {
        if (!places.includes(i)) return made.map(({ features }) => features);
        const unit = stitched(made, encoder.stages[i].name, seed, {
          perChannel: per === 'channel',
          initial: (from, to) => (from === to ? same : (1 - same) / (K - 1)),
        });
        alphas.set(i, unit.coefficients);
        return unit.features;
      },
    });
    return {
      outputs: perHead(heads, (head, t) => headOn(head, columns[t].stages, seed)),
      stages: perHead(heads, (_, t) => columns[t].stages),
      sharing: () =>
        encoder.stages.map(({ name }, i) => {
          const alpha = alphas.get(i);
          if (!alpha) return { stage: name, degree: K > 1 ? 0 : 1, values: {} };
          return { stage: name, ...readOf(alpha, tasks) };
        }),
    };
  },
});

/**
 * How much tasks read of each other, by coefficients between their parts.
 * @param alpha `[from, 1, channels, to]`, the parts of each task together
 */
export function readOf(
  alpha: tf.Variable<tf.Rank.R4>,
  tasks: readonly string[],
): { degree: number; values: Record<string, number> } {
  const [from, , channels, to] = alpha.shape;
  const given = alpha.dataSync<'float32'>();
  const K = tasks.length;
  const [parts, read] = [from / K, to / K];
  const values: Record<string, number> = {};
  let degree = 0;
  for (const [j, target] of tasks.entries()) {
    let [others, all] = [0, 0];
    for (const [i, source] of tasks.entries()) {
      for (let p = 0; p < parts; p++) {
        for (let q = 0; q < read; q++) {
          let sum = 0;
          for (let c = 0; c < channels; c++) {
            const value = given[((i * parts + p) * channels + c) * to + j * read + q];
            sum += value;
            all += Math.abs(value);
            if (i !== j) others += Math.abs(value);
          }
          const label = (task: string, n: number, of: number) =>
            of > 1 ? `${task}.${n + 1}` : task;
          const key = `alpha/${label(source, p, parts)}→${label(target, q, read)}`;
          values[key] = sum / channels;
        }
      }
    }
    if (all > 0) degree += (others / all) * (K / (K - 1)) * (1 / K);
  }
  return { degree, values: rounded(values) };
}

/** Float32 numbers as short as they are exact. */
const rounded = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(7))]),
  );
