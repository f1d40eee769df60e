import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineBalancer } from './define.ts';
import { checkTasks, perTask, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';

/**
 * Weights learned directly: `L = Σ wᵢ Lᵢ` with wᵢ trained by gradient. Nothing keeps them up: the
 * gradient of wᵢ is Lᵢ ≥ 0, so they sink to 0 and below, which is what the paper notes as the
 * reason for its noise model (Kendall et al. 2018, section 3). A demonstration, not a method.
 */
export const learned = defineBalancer({
  name: 'learned',
  alias: [],
  source: 'Kendall et al. 2018, section 3: what not to do',
  formula: 'Σ wᵢ Lᵢ, wᵢ trained by gradient: sinks without end',
  cost: 'none',
  options: z.strictObject({
    initial: z.number().optional().describe('w at the start; default 1/K'),
  }),
  lacks: { scale: 'a weight does not know the size of its loss' },
  make({ tasks }, { initial = 1 / tasks.length }): ScalarBalancer {
    const variables = perTask(tasks, () => tf.variable<tf.Rank.R0>(tf.scalar(initial), true));
    return {
      ...nothing,
      kind: 'scalar',
      name: 'learned',
      variables,
      combine(losses, { sum }) {
        checkTasks('learned', tasks, losses);
        return {
          total: sum(perTask(tasks, (task) => tf.mul(variables[task], losses[task]))),
          report: weightReport(tasks, (task) => tf.clone(variables[task])),
        };
      },
    };
  },
});
