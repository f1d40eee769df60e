import * as tf from '@tensorflow/tfjs';
import { logVarianceWeighting, type LogVarianceOptions } from './log-variance.ts';
import type { Weighting } from './weighting.ts';

/**
 * `e^{−s} L + s` for every task, stationary at σ² = L with weight 1/L: the form of the authors' toy
 * (github.com/yaringal/multi-task-learning-example) and of many others. It is twice
 * `½ e^{−s} L + ½ s`, so s moves twice as fast against the same learning rate.
 */
export const uncertaintyPlain = (
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting =>
  logVarianceWeighting(
    'uncertainty-plain',
    tasks,
    (s) => ({ attenuation: tf.exp(tf.neg(s)), regulariser: s, noise: tf.exp(s) }),
    options,
  );
