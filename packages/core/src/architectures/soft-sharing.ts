import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { sumOf } from '../balancing/per-task.ts';
import type { Penalty, StageSharing } from './architecture.ts';
import { columnOptions, columnsOf } from './columns.ts';
import { defineArchitecture } from './define.ts';
import { headOn, perHead, stageIndex, sumOfParameters } from './parts.ts';
import { traceNorm } from './trace-norm.ts';

/** One weight of a layer, in each of the tasks' networks. */
type Stack = readonly tf.Variable[];

const pairs = <T>(of: readonly T[]): [T, T][] =>
  of.flatMap((a, i) => of.slice(i + 1).map((b): [T, T] => [a, b]));

const squared = (a: tf.Tensor, b: tf.Tensor) => tf.sum<tf.Scalar>(tf.square(tf.sub(a, b)));

/** The rows of a stack, or of several side by side: `[K, n]`. */
const rowsOf = (stacks: readonly Stack[]): tf.Tensor2D =>
  tf.stack(
    stacks[0].map((_, k) => tf.concat(stacks.map((stack) => tf.reshape(stack[k], [-1])))),
  ) as tf.Tensor2D;

/** Only what has rows to be of low rank: biases and normalisation are left out. */
const isMatrix = ([{ rank }]: Stack) => rank > 1;

/** A norm of what tasks' networks differ by; `together`: of all weights as one matrix, where that is another thing. */
type Norm = (stacks: readonly Stack[], together: boolean) => tf.Scalar;

const norms = {
  /** `Σ_{a<b} ‖Wᵃ − Wᵇ‖²` over weights of all kinds. */
  l2: (stacks) => sumOf(stacks.flatMap((stack) => pairs(stack).map(([a, b]) => squared(a, b)))),
  /** `‖[vec W¹; …; vec Wᴷ]‖_*` of each kernel, or of all kernels side by side. */
  trace(stacks, together) {
    const matrices = stacks.filter(isMatrix);
    const groups = together ? [matrices] : matrices.map((stack) => [stack]);
    return sumOf(groups.map((group) => traceNorm(rowsOf(group))));
  },
} as const satisfies Record<string, Norm>;

/** So that there is something to draw together from the start. */
const apart = { lambda: 0.05, start: 'apart' } as const;

/**
 * Soft parameter sharing: one network for each task, whose weights are drawn to each other. `l2`: the squared distance
 * of each pair of networks (Duong et al. 2015); `trace`: the trace norm of the tasks' kernels as rows of a matrix,
 * which makes them multiples of few (Yang & Hospedales 2017), layer by layer or all layers at once. λ is not weighed
 * by balancers; at λ = 0 the tasks are single ones, and with growing λ `l2` makes them one network.
 *
 * Logged in each step, by stage: `penalty/l2/<stage>`, λ times the sum of squared distances.
 *
 * Degree of sharing of a stage: `Σ_{a≠b} Wᵃ · Wᵇ / ((K−1) Σ ‖Wᵃ‖²)`, at least 0: 1 for equal weights, 0 for weights
 * at right angles.
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel, softSharing } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const architecture = softSharing.make({ norm: 'l2', lambda: 0.01, at: ['stem', 'stage1'] });
 * const { penalties, sharing } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * penalties.map(({ name }) => name); // → ['l2/stem', 'l2/stage1']
 * const [{ degree, values }] = sharing();
 * [degree, values['distance/semantic+depth']]; // → [1, 0]
 * ```
 */
export const softSharing = defineArchitecture({
  name: 'soft-sharing',
  alias: ['soft', 'trace-norm'],
  source:
    'Duong et al. 2015, section 3; Yang & Hospedales 2017 (trace norm), section 2; Ruder 2017, section 3.2',
  formula: 'L + λ Σ_l Σ_{a<b} ‖W_lᵃ − W_lᵇ‖², or L + λ Σ_l ‖[W_l¹; …; W_lᴷ]‖_*',
  options: z.strictObject({
    norm: z.enum(['l2', 'trace']).default('l2').describe('of what the tasks’ networks differ by'),
    lambda: z.number().min(0).default(0.001).describe('λ'),
    at: z
      .array(z.string())
      .min(1)
      .nullable()
      .default(null)
      .describe('stages whose weights are drawn to each other; null: all'),
    together: z
      .boolean()
      .default(false)
      .describe('of trace: one matrix of all these stages, in place of one for each kernel'),
    ...columnOptions,
  }),
  settings: (_, stages) => ({
    usual: {},
    l2: { ...apart, norm: 'l2' as const },
    trace: { ...apart, norm: 'trace' as const },
    'trace of all': { ...apart, norm: 'trace' as const, together: true },
    'first stage': { at: stages.slice(0, 1) },
  }),
  // Σ of the stages, K times.
  parameters: ({ tasks, stages }) => tasks.length * sumOfParameters(stages),
  build(place, { norm, lambda, at, together, start }) {
    const { heads, encoder, seed } = place;
    const tasks = heads.map(({ name }) => name);
    const columns = columnsOf(place, { start });
    const chosen = at?.map((name) => stageIndex('soft-sharing', encoder, name));
    const stacksOf = (i: number): Stack[] =>
      columns[0].weights[i].map((_, w) => columns.map(({ weights }) => weights[i][w]));
    const drawn = encoder.stages
      .map(({ name }, i) => ({ name, i, stacks: stacksOf(i) }))
      .filter(({ i, stacks }) => stacks.length > 0 && (chosen?.includes(i) ?? true));
    const penalty = (name: string, stacks: readonly Stack[]): Penalty => ({
      name: `${norm}/${name}`,
      value: () => tf.mul(norms[norm](stacks, together), lambda),
    });
    const all = drawn.flatMap(({ stacks }) => stacks);
    const isOne = together && norm === 'trace';
    return {
      outputs: perHead(heads, (head, t) => headOn(head, columns[t].stages, seed)),
      stages: perHead(heads, (_, t) => columns[t].stages),
      penalties:
        heads.length < 2 || all.length === 0
          ? []
          : isOne
            ? [penalty('all', all)]
            : drawn.map(({ name, stacks }) => penalty(name, stacks)),
      sharing: () =>
        encoder.stages.map(({ name }, i) => {
          const one = drawn.find((each) => each.i === i);
          if (heads.length < 2) return { stage: name, degree: 1, values: {} };
          return one ? readOf(name, one.stacks, tasks) : { stage: name, degree: 0, values: {} };
        }),
    };
  },
});

/** How near the tasks' weights of a stage are. */
function readOf(stage: string, stacks: readonly Stack[], tasks: readonly string[]): StageSharing {
  return tf.tidy(() => {
    const rows = rowsOf(stacks);
    const gram = tf.matMul<tf.Tensor2D>(rows, rows, false, true).arraySync();
    const squares = gram.reduce((sum, row, a) => sum + row[a], 0);
    const crossed = gram.flat().reduce((a, b) => a + b, 0) - squares;
    const values: Record<string, number> = {};
    for (const [a, b] of pairs(tasks.map((_, t) => t))) {
      const distance = Math.sqrt(squared(gatherRow(rows, a), gatherRow(rows, b)).arraySync());
      values[`distance/${tasks[a]}+${tasks[b]}`] = distance;
    }
    const matrices = stacks.filter(isMatrix);
    if (matrices.length > 0) values['trace norm'] = traceNorm(rowsOf(matrices)).arraySync();
    const degree = squares > 0 ? crossed / ((tasks.length - 1) * squares) : 1;
    return { stage, degree: Math.max(0, degree), values };
  });
}

const gatherRow = (rows: tf.Tensor2D, row: number) => tf.slice(rows, [row, 0], [1, -1]);
