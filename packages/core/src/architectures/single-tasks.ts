import { z } from 'zod';
import { columnOptions, columnsOf } from './columns.ts';
import { defineArchitecture } from './define.ts';
import { headOn, perHead, sumOfParameters } from './parts.ts';

/**
 * One network for each task, side by side: nothing is shared. What the others are measured against, in one run and
 * at one budget.
 *
 * Degree of sharing: 0 everywhere.
 * @example
 * ```ts
 * import { countParameters, dilatedResidual, multiTaskModel, parametersOf, singleTasks } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), depth()];
 * const architecture = singleTasks.make();
 * const network = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * countParameters(parametersOf(network)).shared; // → 0
 * ```
 */
export const singleTasks = defineArchitecture({
  name: 'single-tasks',
  alias: ['STL', 'single'],
  source: 'Caruana 1997, figure 1',
  formula: 'xᵗ = encoderᵗ(input) for each task t',
  options: z.strictObject(columnOptions),
  settings: () => ({ usual: {}, apart: { start: 'apart' as const } }),
  // Σ of the stages, K times.
  parameters: ({ tasks, stages }) => tasks.length * sumOfParameters(stages),
  build(place, { start }) {
    const { heads, encoder, seed } = place;
    const columns = columnsOf(place, { start });
    const degree = heads.length > 1 ? 0 : 1;
    return {
      outputs: perHead(heads, (head, t) => headOn(head, columns[t].stages, seed)),
      stages: perHead(heads, (_, t) => columns[t].stages),
      sharing: () => encoder.stages.map(({ name }) => ({ stage: name, degree, values: {} })),
    };
  },
});
