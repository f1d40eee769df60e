import { z } from 'zod';
import { defineArchitecture } from './define.ts';
import {
  checkTasks,
  encoderScope,
  headOn,
  ownerFor,
  pairsSharing,
  perHead,
  stageIndex,
  stageOn,
  sumOfParameters,
} from './parts.ts';

/**
 * Low supervision (Søgaard & Goldberg 2016): a task is learned on an earlier stage of the encoder than the others, so
 * that what lies behind serves the others alone. A stage that one task is left to is that task's own.
 *
 * Degree of sharing of a stage: the share of pairs of tasks that both read of it.
 * @example
 * ```ts
 * import { dilatedResidual, lowSupervision, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const architecture = lowSupervision.make({ attach: { depth: 'stage1' } });
 * const { sharing } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * sharing().map(({ degree }) => degree); // → [1, 1, 0, 0]
 * ```
 */
export const lowSupervision = defineArchitecture({
  name: 'low-supervision',
  alias: [],
  source: 'Søgaard & Goldberg 2016, section 2',
  formula: 'xᵗ = stages up to the one at which t is attached',
  options: z.strictObject({
    attach: z
      .record(z.string(), z.string())
      .default({})
      .describe('stage that a task’s head reads, by the task; the last for all others'),
  }),
  settings: (tasks, stages) => ({
    usual: { attach: { [tasks[tasks.length - 1]]: stages[Math.floor((stages.length - 1) / 2)] } },
    none: {},
  }),
  // Σ of the stages up to the last one that a head reads.
  parameters({ tasks, stages }, { attach }) {
    const names = stages.map(({ name }) => name);
    const ends = tasks.map((task) => names.indexOf(attach[task] ?? names[names.length - 1]));
    return sumOfParameters(stages.slice(0, Math.max(...ends) + 1));
  },
  build({ input, encoder, heads, seed }, { attach }) {
    const tasks = heads.map(({ name }) => name);
    checkTasks('low-supervision', Object.keys(attach), heads);
    const ends = heads.map(({ name }) =>
      Object.hasOwn(attach, name)
        ? stageIndex('low-supervision', encoder, attach[name])
        : encoder.stages.length - 1,
    );
    const readers = (i: number) => tasks.filter((_, t) => ends[t] >= i);
    let x = input;
    const stages = encoder.stages.slice(0, Math.max(...ends) + 1).map((stage, i) => {
      const owner = ownerFor(readers(i), tasks);
      const made = stageOn(stage, x, { ...encoderScope(tasks, tasks, seed), owner });
      x = made.features;
      return made;
    });
    const stagesOf = (t: number) => stages.slice(0, ends[t] + 1);
    return {
      outputs: perHead(heads, (head, t) => headOn(head, stagesOf(t), seed)),
      stages: perHead(heads, (_, t) => stagesOf(t)),
      sharing: () =>
        encoder.stages.map(({ name }, i) => ({
          stage: name,
          degree: pairsSharing([readers(i).length], tasks.length),
          values: { tasks: readers(i).length },
        })),
    };
  },
});
