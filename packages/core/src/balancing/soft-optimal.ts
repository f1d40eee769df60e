import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';
import { softmaxAmong, vectorOf } from './vectors.ts';

/** Losses below this count as this, so that 1/L stays finite. */
const SMALLEST = 1e-8;

/**
 * Soft optimal uncertainty weighting, UW-SO (Kirchdorfer et al. 2024, arXiv 2408.07985):
 *
 * `L = Σ wᵢ Lᵢ`, `w = softmax((1/sg[L]) / T)`
 *
 * the softmax of the analytic optimum 1/Lᵢ of uncertainty weighting at temperature T; nothing is
 * learned. A task without a label in the batch takes no part in the softmax.
 */
export const softOptimal = defineBalancer({
  name: 'soft-optimal',
  alias: ['UW-SO'],
  source: 'Kirchdorfer et al. 2024, arXiv 2408.07985, equation 8',
  formula: 'Σ wᵢ Lᵢ, w = softmax(1/(L T))',
  cost: 'none',
  options: z.strictObject({
    // Kirchdorfer et al. tune T for each data set and name no default; 1 is the plain softmax.
    temperature: z.number().positive().default(1).describe('T'),
  }),
  lacks: { scale: 'the softmax saturates: a factor of a loss moves its weight by more than that' },
  make: ({ tasks }, { temperature }): ScalarBalancer => ({
    ...nothing,
    kind: 'scalar',
    name: 'soft-optimal',
    combine(losses, { sum, present }) {
      checkTasks('soft-optimal', tasks, losses);
      const constant = stopGradient(vectorOf(tasks, losses));
      const inverse = tf.div<tf.Tensor1D>(1 / temperature, tf.maximum(constant, SMALLEST));
      const weights = scalarsOf(softmaxAmong(inverse, vectorOf(tasks, present)));
      return {
        total: sum(perTask(tasks, (task, i) => tf.mul(weights[i], losses[task]))),
        report: weightReport(tasks, (_, i) => weights[i]),
      };
    },
  }),
});
