import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineBalancer, noOptions } from './define.ts';
import { checkTasks, perTask, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';

/** `L = Σ wᵢ Lᵢ` with constants w by task. */
function weighted(
  name: string,
  tasks: readonly string[],
  weights: Readonly<Record<string, number>>,
): ScalarBalancer {
  return {
    ...nothing,
    kind: 'scalar',
    name,
    combine(losses, { sum }) {
      checkTasks(name, tasks, losses);
      return {
        total: sum(perTask(tasks, (task) => tf.mul(losses[task], weights[task]))),
        report: weightReport(tasks, (task) => tf.scalar(weights[task])),
      };
    },
  };
}

const constants = 'the weights are constants';

/** Fixed weights: `L = Σ wᵢ Lᵢ` (Kendall et al. 2018, equation 1); w = 0 switches a task off. */
export const fixed = defineBalancer({
  name: 'fixed',
  alias: ['LS'],
  source: 'Kendall et al. 2018, equation 1',
  formula: 'Σ wᵢ Lᵢ, wᵢ ≥ 0 given, one per task',
  cost: 'none',
  options: z.record(z.string(), z.number().min(0)).describe('one weight per task'),
  lacks: { scale: constants },
  make({ tasks }, weights) {
    const missing = tasks.filter((task) => !(task in weights));
    const over = Object.keys(weights).filter((task) => !tasks.includes(task));
    if (missing.length > 0 || over.length > 0) {
      throw new Error(
        `fixed: expected one weight for each of ${tasks.join(', ')}` +
          (missing.length > 0 ? `; missing ${missing.join(', ')}` : '') +
          (over.length > 0 ? `; not a task of this run: ${over.join(', ')}` : '') +
          `; give ${tasks.map((task) => `${task}=1`).join(' ')}`,
      );
    }
    return weighted('fixed', tasks, weights);
  },
});

/** Equal weights that sum to 1, `wᵢ = 1/K` ("unweighted sum" in Kendall et al. 2018, table 1). */
export const equal = defineBalancer({
  name: 'equal',
  alias: ['EW'],
  source: 'Kendall et al. 2018, table 1',
  formula: 'Σ Lᵢ / K',
  cost: 'none',
  options: noOptions,
  lacks: { scale: constants },
  make: ({ tasks }) =>
    weighted(
      'equal',
      tasks,
      perTask(tasks, () => 1 / tasks.length),
    ),
});
