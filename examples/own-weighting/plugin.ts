import {
  checkTasks,
  defineBalancer,
  nothing,
  perTask,
  stopGradient,
  weightReport,
  type ScalarBalancer,
} from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';

/** Each loss over its own size to a power: 0 is the plain sum, 1 makes every weighted loss 1. */
export const levelled = defineBalancer({
  name: 'levelled',
  alias: [],
  source: 'an example',
  formula: 'Σ wᵢ Lᵢ with wᵢ = 1/Lᵢᵖ, not differentiated',
  cost: 'none',
  options: z.strictObject({ power: z.number().min(0).max(1).default(0.5) }),
  lacks: { scale: 'a power below 1 leaves some of it' },
  make: ({ tasks }, { power }): ScalarBalancer => ({
    ...nothing,
    kind: 'scalar',
    name: 'levelled',
    combine(losses, { sum }) {
      checkTasks('levelled', tasks, losses);
      // A weight is a number to the gradient: what it says of the loss is not followed back.
      const weights = perTask(tasks, (task) =>
        stopGradient(tf.pow<tf.Scalar>(tf.maximum(losses[task], 1e-6), -power)),
      );
      return {
        total: sum(perTask(tasks, (task) => tf.mul(weights[task], losses[task]))),
        report: weightReport(tasks, (task) => weights[task]),
      };
    },
  }),
});
