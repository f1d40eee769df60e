import * as tf from '@tensorflow/tfjs';
import { stream } from '@scene-mtl/data';
import { checkNames, checkTasks, nothing, scalarsOf, sumOf, type Weighting } from './weighting.ts';

/**
 * Random loss weighting (Lin et al. 2021, arXiv 2111.10603): with each batch
 * `w = softmax(z)`, z ~ N(0, I), a control that any method should beat. The weights sum to 1.
 * @param seed of the stream of z; the weights of a batch depend on the seed and its number alone
 */
export function randomWeights(tasks: readonly string[], seed: number): Weighting {
  checkNames('random weights', tasks);
  const K = tasks.length;
  return {
    ...nothing,
    name: 'random',
    inputs: { weights: [K] },
    inputsAt(batch) {
      const z = stream(seed, 'random-weights', batch).normals(K);
      const e = z.map((v) => Math.exp(v));
      const sum = e.reduce((a, b) => a + b, 0);
      return { weights: e.map((v) => v / sum) };
    },
    combine(losses, _likelihoods, { inputs } = {}) {
      checkTasks('random weights', tasks, losses);
      const weights = inputs?.['weights'];
      if (!weights) throw new Error('random weights: expected the input `weights` of the step');
      const each = scalarsOf(weights);
      return {
        total: sumOf(tasks.map((task, i) => tf.mul(each[i], losses[task]))),
        report: Object.fromEntries(tasks.map((task, i) => [`weight/${task}`, each[i]])),
      };
    },
  };
}
