import * as tf from '@tensorflow/tfjs';
import type { StageFeatures } from '../encoders/encoder.ts';
import { GATE_CELLS, glanceSize, softmaxGate } from '../layers/gate.ts';
import { mixture } from '../layers/mixture.ts';
import type { Owner } from '../layers/scope.ts';
import { z } from 'zod';
import { expertCounts } from './cgc.ts';
import { defineArchitecture, type ArchitectureSizes } from './define.ts';
import { atZero, expertsSize, gatedSharing } from './experts.ts';
import { headOn, ownerFor, perHead } from './parts.ts';

/** What a level's gates look at: the picture, then features. */
const cellsAt = (level: number): number => (level === 0 ? GATE_CELLS.picture : GATE_CELLS.features);

/** Numbers that a gate of a level gets. */
const seenAt = ({ input, stages }: ArchitectureSizes, level: number): number =>
  level === 0 ? glanceSize(input, cellsAt(0)) : stages[level - 1].channels;

/**
 * Progressive layered extraction (Tang et al. 2020): `cgc` at every stage. At each of them the shared experts read a
 * path of their own, which a gate mixes from all experts of the stage before; each task's experts read that task's
 * path. (LibMTL's has no such path: it runs the shared experts on every task's.)
 *
 * Degree of sharing: as of `mmoe`, over the shared experts of the stage.
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel, ple } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const architecture = ple.make({ shared: 2 });
 * const { sharing } = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1, architecture });
 * // Two of three experts are shared, and at first all have the same weight.
 * sharing()[3].degree.toFixed(2); // → '0.67'
 * ```
 */
export const ple = defineArchitecture({
  name: 'ple',
  alias: ['PLE'],
  source: 'Tang et al. 2020, RecSys, equations 4 to 6',
  formula:
    'xₐˡ = Σₑ gₐₑˡ xₑˡ, own experts of xₐˡ⁻¹, shared ones of x₀ˡ⁻¹ = Σₑ g₀ₑˡ⁻¹ xₑˡ⁻¹ over all',
  options: z.strictObject(expertCounts),
  settings: () => ({ usual: {} }),
  // (S + O·T) · encoder, and of each level T gates over S + O and, but of the last, one over S + O·T; a gate has
  // (seen + 1) numbers a choice. No gate where there is no choice, no shared path without shared experts.
  parameters(sizes, { shared, own }) {
    const T = sizes.tasks.length;
    const gate = (level: number, choices: number) =>
      choices > 1 ? choices * (seenAt(sizes, level) + 1) : 0;
    return sizes.stages.reduce(
      (sum, _, level) => {
        const path = shared > 0 && level + 1 < sizes.stages.length;
        return sum + T * gate(level, shared + own) + (path ? gate(level, shared + own * T) : 0);
      },
      expertsSize(sizes, { shared, own }),
    );
  },
  build({ input, encoder, heads, seed }, { shared, own }) {
    const names = heads.map(({ name }) => name);
    const last = encoder.stages.length - 1;
    // What flows into the shared path reaches every task.
    const ownerAt = (task: string, level: number): Owner =>
      shared > 0 && level < last ? 'shared' : ownerFor([task], heads);
    const gates = encoder.stages.map(() => new Map<string, tf.SymbolicTensor>());
    let x = perHead(heads, () => input);
    let path = input;
    const levels = encoder.stages.map((stage, level) => {
      const expertsOn = (on: tf.SymbolicTensor, prefix: string, count: number, owner: Owner) =>
        Array.from({ length: count }, (_, e) =>
          stage.build(on, { name: `${prefix}expert${e + 1}`, seed, owner }),
        );
      const mixed = (
        experts: readonly tf.SymbolicTensor[],
        on: tf.SymbolicTensor,
        task?: string,
      ): tf.SymbolicTensor => {
        if (experts.length === 1) return experts[0];
        const prefix = task === undefined ? '' : `${task}/`;
        const owner = task === undefined ? ownerFor(names, heads) : ownerAt(task, level + 1);
        const gate = softmaxGate(
          on,
          { name: `${prefix}gate/${stage.name}`, seed, owner },
          { choices: experts.length, cells: cellsAt(level) },
        );
        if (task !== undefined) gates[level].set(task, gate);
        return mixture(experts, gate, `${prefix}mixture/${stage.name}`);
      };
      const common = expertsOn(path, '', shared, ownerFor(names, heads));
      const mine = perHead(heads, ({ name }) =>
        expertsOn(x[name], `${name}/`, own, ownerAt(name, level)),
      );
      const next = perHead(heads, ({ name }) => mixed([...common, ...mine[name]], x[name], name));
      if (shared > 0 && level < last) {
        path = mixed([...common, ...names.flatMap((name) => mine[name])], path);
      }
      x = next;
      return next;
    });
    const stages = perHead(heads, ({ name }): StageFeatures[] =>
      encoder.stages.map((stage, level) => ({
        ...{ name: stage.name, stride: stage.stride, channels: stage.channels },
        features: levels[level][name],
      })),
    );
    return {
      outputs: perHead(heads, (head) => headOn(head, stages[head.name], seed)),
      stages,
      sharing: () =>
        encoder.stages.map(({ name }, level) => {
          const now = [...gates[level]].map(
            ([task, gate]) => [task, [...atZero(gate, (bias) => tf.softmax(bias))]] as const,
          );
          return gatedSharing(name, names, new Map(now), shared);
        }),
    };
  },
});
