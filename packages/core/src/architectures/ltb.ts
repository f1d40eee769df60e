import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { StageFeatures } from '../encoders/encoder.ts';
import { computed } from '../layers/computed.ts';
import { hold } from '../layers/held.ts';
import type { Scope } from '../layers/scope.ts';
import type { Drive, StageSharing } from './architecture.ts';
import { defineArchitecture } from './define.ts';
import { headOn, ownerFor, perHead } from './parts.ts';

const options = z.strictObject({
  nodes: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('of every stage but the first; null: as many as tasks'),
  temperature: z.number().positive().default(10).describe('τ at the start'),
  halving: z.number().positive().default(100).describe('batches in which τ falls to half'),
  lowest: z.number().positive().default(0.1).describe('τ at last'),
});

/** Which node of the stage before a node or a task reads. */
interface Choice {
  /** Of the parents, `[parents]`. */
  readonly logits: tf.Variable;
  /** Row of the noise. */
  readonly row: number;
}

/**
 * Learning to branch (Guo, Lee & Ulbricht 2020): the first stage once, every later one as several nodes, each of which
 * reads a node of the stage before, and each task reads a node of the last one. Which one is learned: in training a
 * node reads `Σᵢ dᵢ xᵢ`, d a Gumbel-softmax of its logits θ with noise of its own for each batch and a temperature that
 * falls; in inference the one with the largest θ, so that each task has a path and paths that part form a tree.
 *
 * Degree of sharing: the part of the pairs of tasks whose paths go through the same node of the stage. Besides
 * `node/<task>`, that node's number, and `p/<parent>→<child>`, the softmax of θ.
 * @example
 * ```ts
 * import { dilatedResidual, ltb, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const architecture = ltb.make({ temperature: 8, halving: 50 });
 * const { drive } = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1, architecture });
 * [0, 50, 100].map((batch) => drive?.inputsAt(batch).temperature[0]); // → [8, 4, 2]
 * ```
 */
export const ltb = defineArchitecture({
  name: 'ltb',
  alias: ['LTB', 'learning-to-branch'],
  source: 'Guo, Lee & Ulbricht 2020, ICML, equations 3 to 6',
  formula:
    'xⱼˡ = stageⱼ(Σᵢ dᵢⱼ xᵢˡ⁻¹), dⱼ = softmax((θⱼ − log(−log u))/τ); inference: the largest θ',
  options,
  settings: () => ({ usual: {} }),
  // stage₁ + N · other stages, N² logits for each from the third on, and N for each task, where there is a choice.
  parameters({ tasks, stages }, { nodes }) {
    const N = nodes ?? tasks.length;
    const built = stages.reduce((sum, { parameters }, l) => sum + (l > 0 ? N : 1) * parameters, 0);
    if (N === 1 || stages.length === 1) return built;
    return built + N * N * (stages.length - 2) + N * tasks.length;
  },
  build({ input, encoder, heads, seed }, { nodes, temperature, halving, lowest }) {
    const names = heads.map(({ name }) => name);
    const [root, ...later] = encoder.stages;
    const N = later.length === 0 ? 1 : (nodes ?? heads.length);
    const owner = ownerFor(names, heads);
    const rows = N === 1 ? 0 : N * (later.length - 1) + heads.length;
    const tau = tf.variable(tf.scalar(temperature), false);
    const noise = tf.variable(tf.zeros([Math.max(rows, 1), N]), false);

    const chosen = ({ logits, row }: Choice, training: boolean): tf.Tensor1D => {
      if (!training) return tf.cast(tf.oneHot(tf.argMax(logits), N), 'float32') as tf.Tensor1D;
      const drawn = tf.reshape(tf.slice(noise, [row, 0], [1, N]), [N]);
      return tf.softmax(tf.div(tf.add(logits, drawn), tau));
    };
    let used = 0;
    /** A layer that reads one of several nodes, and what it chooses by. */
    const choosing = (
      from: readonly tf.SymbolicTensor[],
      scope: Scope,
    ): { x: tf.SymbolicTensor; choice?: Choice } => {
      if (from.length === 1) return { x: from[0] };
      const row = used++;
      const x = computed(from, scope, {
        shape: from[0].shape.slice(1) as number[],
        call: (parts, { training = false }) => weighedSum(parts, chosen(choice, training)),
      });
      const choice = { logits: hold(x.sourceLayer, 'logits', tf.zeros([N])), row };
      return { x, choice };
    };

    const levels: (readonly tf.SymbolicTensor[])[] = [
      [root.build(input, { name: 'node1', seed, owner })],
    ];
    const choices: (readonly Choice[])[] = [[]];
    for (const stage of later) {
      const above = levels[levels.length - 1];
      const made = Array.from({ length: N }, (_, n) => {
        const at = { name: `branch/${stage.name}/node${n + 1}`, seed, owner: 'between' } as const;
        const { x, choice } = choosing(above, at);
        return { choice, x: stage.build(x, { name: `node${n + 1}`, seed, owner }) };
      });
      levels.push(made.map(({ x }) => x));
      choices.push(made.flatMap(({ choice }) => choice ?? []));
    }
    const last = levels.length - 1;
    const read = perHead(heads, ({ name }) =>
      choosing(levels[last], { name: `${name}/branch`, seed, owner: ownerFor([name], heads) }),
    );

    /** How much of each node of a stage a task gets. */
    const pathOf = (task: string, level: number, training: boolean): tf.Tensor1D => {
      const { choice } = read[task];
      let v = choice ? chosen(choice, training) : tf.ones([levels[last].length]);
      for (let l = last; l > level; l--) {
        const { length: parents } = levels[l - 1];
        v =
          choices[l].length === 0
            ? tf.ones([parents])
            : tf.dot(v, tf.stack(choices[l].map((one) => chosen(one, training))));
      }
      return v as tf.Tensor1D;
    };
    const stages = perHead(heads, ({ name }): StageFeatures[] =>
      encoder.stages.map((stage, level) => ({
        ...{ name: stage.name, stride: stage.stride, channels: stage.channels },
        features:
          level === last
            ? read[name].x
            : levels[level].length === 1
              ? levels[level][0]
              : computed(
                  levels[level],
                  { name: `${name}/path/${stage.name}`, seed, owner: ownerFor([name], heads) },
                  {
                    shape: levels[level][0].shape.slice(1) as number[],
                    call: (parts, { training = false }) =>
                      weighedSum(parts, pathOf(name, level, training)),
                  },
                ),
      })),
    );
    const drive: Drive = {
      inputs: { temperature: [], noise: noise.shape },
      inputsAt(batch) {
        const random = stream(seed, 'branching', batch);
        return {
          temperature: Float32Array.of(Math.max(lowest, temperature * 2 ** (-batch / halving))),
          // Of 1 − u, which is above 0.
          noise: Float32Array.from({ length: noise.size }, () => gumbel(1 - random.next())),
        };
      },
      take(inputs) {
        tau.assign(inputs.temperature as tf.Scalar);
        noise.assign(inputs.noise);
      },
      state: { temperature: tau, noise },
    };
    return {
      outputs: perHead(heads, (head) => headOn(head, stages[head.name], seed)),
      stages,
      ...(rows > 0 && { drive }),
      sharing: () =>
        encoder.stages.map(({ name }, level): StageSharing => {
          const nodesOf = names.map((task) =>
            tf.tidy(() => tf.argMax(pathOf(task, level, false)).dataSync()[0]),
          );
          const pairs = nodesOf.flatMap((a, i) => nodesOf.slice(i + 1).map((b) => Number(a === b)));
          const mean = pairs.reduce((sum, one) => sum + one, 0) / Math.max(1, pairs.length);
          const taken =
            level === last ? names.flatMap((task) => odds(read[task].choice, task)) : [];
          return {
            stage: name,
            degree: pairs.length > 0 ? mean : 1,
            values: Object.fromEntries([
              ...names.map((task, i) => [`node/${task}`, nodesOf[i] + 1] as const),
              ...choices[level].flatMap((one, n) => odds(one, `node${n + 1}`)),
              ...taken,
            ]),
          };
        }),
    };
  },
});

/** A standard Gumbel deviate from u in (0, 1]; the largest noise that a float holds at u = 1. */
const gumbel = (u: number): number => -Math.log(Math.max(-Math.log(u), 1e-30));

const weighedSum = (parts: readonly tf.Tensor[], weights: tf.Tensor1D): tf.Tensor => {
  const each = tf.unstack(weights);
  return parts.map((part, i) => tf.mul(part, each[i])).reduce((a, b) => tf.add(a, b));
};

/** The softmax of a choice's logits. */
function odds(choice: Choice | undefined, child: string): (readonly [string, number])[] {
  if (!choice) return [];
  const p = tf.softmax(choice.logits as tf.Tensor1D).dataSync<'float32'>();
  return [...p].map((value, i) => [`p/node${i + 1}→${child}`, value] as const);
}
