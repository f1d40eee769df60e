import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import {
  checkTasks,
  inputOf,
  nothing,
  perTask,
  scalarsOf,
  weightReport,
  type ScalarBalancer,
} from './balancer.ts';
import { defineBalancer, noOptions } from './define.ts';

/**
 * Random loss weighting: with each batch `w = softmax(z)`, z ~ N(0, I), a control that any method
 * should beat (Lin et al. 2022, arXiv 2111.10603, section 3). The weights sum to 1; those of a batch
 * depend on the seed and its number alone.
 */
export const random = defineBalancer({
  name: 'random',
  alias: ['RLW'],
  source: 'Lin et al. 2022, arXiv 2111.10603, section 3',
  formula: 'Σ wᵢ Lᵢ, w = softmax(z), z ~ N(0, I) anew with each batch',
  cost: 'none',
  options: noOptions,
  lacks: {
    order: 'a place in the order has its own draw',
    absence: 'one task more or less is another draw',
    'equal tasks': 'each task has its own draw',
    scale: 'the weights do not know the losses',
  },
  make({ tasks, seed = 0 }): ScalarBalancer {
    const K = tasks.length;
    return {
      ...nothing,
      kind: 'scalar',
      name: 'random',
      inputs: { weights: [K] },
      inputsAt(batch) {
        const z = stream(seed, 'random-weights', batch).normals(K);
        const e = z.map((v) => Math.exp(v));
        const total = e.reduce((a, b) => a + b, 0);
        return { weights: e.map((v) => v / total) };
      },
      combine(losses, { sum, inputs }) {
        checkTasks('random', tasks, losses);
        const weights = scalarsOf(inputOf('random', inputs, 'weights'));
        return {
          total: sum(perTask(tasks, (task, i) => tf.mul(weights[i], losses[task]))),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});
