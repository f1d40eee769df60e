import * as tf from '@tensorflow/tfjs';
import { gradientInSteps } from './inside-step.ts';

/**
 * TensorFlow.js 4.22's gradient of `cumsum` transposes its result once too often unless the axis is
 * the last. Inside steps it is the running sum in the other direction.
 */

gradientInSteps({
  kernelName: 'Cumsum',
  gradFunc: (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as unknown as {
      axis: number;
      exclusive: boolean;
      reverse: boolean;
    };
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  },
});
