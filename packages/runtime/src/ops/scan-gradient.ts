import * as tf from '@tensorflow/tfjs';

/**
 * TensorFlow.js 4.22's gradient of `cumsum` transposes its result once too often unless the axis is
 * the last. Importing this module replaces it: the running sum in the other direction.
 */

tf.unregisterGradient('Cumsum');
tf.registerGradient({
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
