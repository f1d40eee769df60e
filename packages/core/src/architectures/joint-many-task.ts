import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { sumOf } from '../balancing/per-task.ts';
import type { StageFeatures } from '../encoders/encoder.ts';
import { matched } from '../layers/matched.ts';
import { pointwise } from '../layers/pointwise.ts';
import { inside } from '../layers/scope.ts';
import type { Drive, Penalty } from './architecture.ts';
import { defineArchitecture, type ArchitectureSizes } from './define.ts';
import {
  checkTasks,
  encoderScope,
  headOn,
  layersBetween,
  ownerFor,
  pairsSharing,
  perHead,
  stageIndex,
  stageOn,
  sumOfParameters,
  trainableOf,
} from './parts.ts';

const options = z.strictObject({
  attach: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'stage at which a task is learned, by the task; default: spread evenly in their order',
    ),
  embedding: z
    .number()
    .int()
    .nonnegative()
    .default(4)
    .describe('channels in which later stages read a task’s output; 0: they do not'),
  shortcut: z.boolean().default(true).describe('later stages read the input too'),
  delta: z.number().min(0).default(0.01).describe('δ, of successive regularisation; 0: none'),
  every: z
    .number()
    .int()
    .positive()
    .default(100)
    .describe('batches after which θ′ becomes what θ is then'),
});

/** Number of the stage at which each task is attached. */
function endsOf(
  tasks: readonly string[],
  stages: readonly { readonly name: string }[],
  attach: Readonly<Record<string, string>>,
): number[] {
  const names = stages.map(({ name }) => name);
  return tasks.map((task, t) =>
    Object.hasOwn(attach, task)
      ? names.indexOf(attach[task])
      : Math.max(0, Math.ceil(((t + 1) * names.length) / tasks.length) - 1),
  );
}

/** Σ of the stages that are read, and a join before each that follows one at which a task is attached. */
function parametersOf(
  { tasks, stages, input, outputs }: ArchitectureSizes,
  { attach, embedding, shortcut }: z.output<typeof options>,
): number {
  const ends = endsOf(tasks, stages, attach);
  const last = Math.max(...ends);
  let sum = sumOfParameters(stages.slice(0, last + 1));
  let joined = 0;
  for (let i = 0; i < last; i++) {
    const here = tasks.filter((_, t) => ends[t] === i);
    if (embedding > 0) for (const task of here) sum += outputs[task] * embedding + embedding;
    joined += embedding * here.length;
    const { channels } = stages[i];
    const read = joined + (shortcut ? input[input.length - 1] : 0);
    if (here.length > 0 && read > 0) sum += (channels + read) * channels + channels;
  }
  return sum;
}

/**
 * A joint many-task network (Hashimoto et al. 2017): tasks in a hierarchy, each learned at a deeper stage than the one
 * before. A stage behind one at which tasks are attached reads that stage's features, the input by a shortcut, and
 * what was said of all tasks so far, in a few channels each; a linear join brings these to the channels that the stage
 * expects. So a lower task's head serves the higher tasks too.
 *
 * Successive regularisation: `δ ‖θ − θ′‖²` over the encoder, θ′ what θ was some batches ago, so that what one task has
 * made of it is not forgotten over another. Hashimoto et al. train a task for an epoch at a time and take θ′ at its
 * end; here all tasks are in every batch, and θ′ is taken every so many batches. They embed probabilities of labels;
 * here a linear map of a head's output stands for that, since heads may regress.
 *
 * Degree of sharing of a stage: the share of pairs of tasks that both read of it.
 * @example
 * ```ts
 * import { dilatedResidual, jointManyTask, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [depth(), semantic(19)];
 * const architecture = jointManyTask.make({ attach: { depth: 'stage2' } });
 * const { weights } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * // What is semantic's alone stands behind the stage at which depth is learned.
 * const join = weights.find(({ name }) => name === 'encoder/stage3/join/kernel');
 * join?.owner; // → { task: 'semantic' }
 * // Channels: 4 of features, 3 of the image, 4 of the depth.
 * join?.variable.shape; // → [1, 1, 11, 4]
 * ```
 */
export const jointManyTask = defineArchitecture({
  name: 'joint-many-task',
  alias: ['JMT'],
  source: 'Hashimoto et al. 2017, sections 2 and 3.2',
  formula: 'x_l = stage_l(join[x_{l−1}; input; outputs of lower tasks]), L + δ ‖θ − θ′‖²',
  options,
  settings: (tasks, stages) => ({
    usual: {},
    successive: { delta: 0.5, every: 2 },
    plain: { embedding: 0, shortcut: false, delta: 0 },
    attached: {
      attach: Object.fromEntries(tasks.slice(1).map((task) => [task, stages[0]])),
      shortcut: false,
    },
  }),
  parameters: parametersOf,
  build({ input, encoder, heads, seed }, { attach, embedding, shortcut, delta, every }) {
    const tasks = heads.map(({ name }) => name);
    checkTasks('joint-many-task', Object.keys(attach), heads);
    for (const stage of Object.values(attach)) stageIndex('joint-many-task', encoder, stage);
    const ends = endsOf(tasks, encoder.stages, attach);
    const last = Math.max(...ends);
    const above = (i: number) => tasks.filter((_, t) => ends[t] > i);
    const scope = encoderScope(tasks, tasks, seed);
    const outputs: Record<string, tf.SymbolicTensor> = {};
    const stagesOf: Record<string, readonly StageFeatures[]> = {};
    const parameters: tf.Variable[] = [];
    const said: tf.SymbolicTensor[] = [];
    const passed: StageFeatures[] = [];
    let at = input;
    for (const [i, stage] of encoder.stages.slice(0, last + 1).entries()) {
      const owner = ownerFor([...tasks.filter((_, t) => ends[t] === i), ...above(i)], tasks);
      const own = { ...scope, owner };
      const hasJoin = i > 0 && ends.includes(i - 1);
      const extra = hasJoin ? [...(shortcut ? [input] : []), ...said] : [];
      const under = inside(own, stage.name);
      const read =
        extra.length > 0
          ? pointwise(beside(at, extra, under.name), inside(under, 'join'), widthOf(at))
          : at;
      const made = stageOn(stage, read, own);
      parameters.push(...trainableOf(layersBetween(i === 0 ? input : at, made.features)));
      passed.push(made);
      at = made.features;
      for (const [t, head] of heads.entries()) {
        if (ends[t] !== i) continue;
        const serves = embedding > 0 ? [head.name, ...above(i)] : [head.name];
        const stages = [...passed];
        const output = headOn(head, stages, seed, ownerFor(serves, tasks));
        outputs[head.name] = output;
        stagesOf[head.name] = stages;
        if (embedding === 0 || above(i).length === 0) continue;
        const label = inside({ ...scope, owner: ownerFor(above(i), tasks) }, `said/${head.name}`);
        said.push(pointwise(output, label, embedding));
      }
    }
    const regularised = delta > 0 ? successive(parameters, delta, every) : {};
    return {
      outputs: perHead(heads, ({ name }) => outputs[name]),
      stages: perHead(heads, ({ name }) => stagesOf[name]),
      ...regularised,
      sharing: () =>
        encoder.stages.map(({ name }, i) => {
          const readers = tasks.filter((_, t) => ends[t] >= i).length;
          return {
            stage: name,
            degree: pairsSharing([readers], tasks.length),
            values: { tasks: readers },
          };
        }),
    };
  },
});

const widthOf = ({ shape }: tf.SymbolicTensor): number => shape[shape.length - 1] as number;

/** Features with others beside them, at their places. */
function beside(
  x: tf.SymbolicTensor,
  others: readonly tf.SymbolicTensor[],
  name: string,
): tf.SymbolicTensor {
  const all = [x, ...others.map((other, n) => matched(other, x, `${name}/beside${n + 1}/places`))];
  return tf.layers.concatenate({ name: `${name}/beside` }).apply(all) as tf.SymbolicTensor;
}

/** `δ ‖θ − θ′‖²`, and θ′ taken anew every so many batches. */
function successive(
  parameters: readonly tf.Variable[],
  delta: number,
  every: number,
): { penalties: Penalty[]; drive: Drive } {
  const before = parameters.map((variable) => tf.variable(tf.clone(variable), false));
  return {
    penalties: [
      {
        name: 'successive',
        value: () =>
          tf.mul(
            sumOf(parameters.map((now, k) => tf.sum<tf.Scalar>(tf.square(tf.sub(now, before[k]))))),
            delta,
          ),
      },
    ],
    drive: {
      inputs: { look: [] },
      inputsAt: (batch) => ({ look: Float32Array.of(batch % every === 0 ? 1 : 0) }),
      // Exact at 0 and 1.
      take({ look }) {
        for (const [k, now] of parameters.entries()) {
          before[k].assign(tf.add(tf.mul(now, look), tf.mul(before[k], tf.sub(1, look))));
        }
      },
      state: Object.fromEntries(before.map((variable, k) => [`before/${k}`, variable])),
    },
  };
}
