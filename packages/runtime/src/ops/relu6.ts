import * as tf from '@tensorflow/tfjs';
import { compositeKernel } from './composite.ts';

/**
 * ReLU6 as one op with its own gradient: `dx = dy` where 0 < y < 6, else 0. At x = 6 that is 0 as in
 * TensorFlow and PyTorch, where TensorFlow.js 4.22 gives dy; in exchange the gradient needs y alone.
 * Importing this module makes `tf.relu6` and `tf.layers.reLU({ maxValue: 6 })`, which is two ops in
 * TensorFlow.js, so.
 */

const BACKWARD = 'Relu6Grad';

compositeKernel(BACKWARD, ({ dy, y }) =>
  tf.mul(dy, tf.cast(tf.logicalAnd(tf.greater(y, 0), tf.less(y, 6)), 'float32')),
);

tf.unregisterGradient('Relu6');
tf.registerGradient({
  kernelName: 'Relu6',
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({
    x: () => tf.engine().runKernel<tf.Tensor>(BACKWARD, { dy: dy as tf.Tensor, y }),
  }),
});

type LayerCall = (
  this: tf.layers.Layer,
  inputs: tf.Tensor | tf.Tensor[],
  kwargs: unknown,
) => tf.Tensor | tf.Tensor[];

// The class is not exported; its prototype is that of any instance.
const prototype = Object.getPrototypeOf(tf.layers.reLU()) as { call: LayerCall };
const { call } = prototype;

prototype.call = function (inputs, kwargs) {
  if ((this as unknown as { maxValue?: number }).maxValue !== 6) {
    return call.call(this, inputs, kwargs);
  }
  return tf.relu6(Array.isArray(inputs) ? inputs[0] : inputs);
};
