import * as tf from '@tensorflow/tfjs';
import { compositeKernel } from './composite.ts';

/**
 * ReLU and ReLU6 as ops whose gradients are one kernel each and need y alone: `dx = dy` where y > 0,
 * for ReLU6 where 0 < y < 6, else 0. At x = 6 that is 0 as in TensorFlow and PyTorch, where
 * TensorFlow.js 4.22 gives dy. Importing this module makes `tf.relu`, `tf.relu6` and
 * `tf.layers.reLU({ maxValue: 6 })`, which is two ops in TensorFlow.js, so.
 */

const masked = (kernelName: string, inside: (y: tf.Tensor) => tf.Tensor): void => {
  const backward = `${kernelName}Grad`;
  compositeKernel(backward, ({ dy, y }) => tf.mul(dy, tf.cast(inside(y), 'float32')));
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({
      x: () => tf.engine().runKernel<tf.Tensor>(backward, { dy: dy as tf.Tensor, y }),
    }),
  });
};

masked('Relu', (y) => tf.greater(y, 0));
masked('Relu6', (y) => tf.logicalAnd(tf.greater(y, 0), tf.less(y, 6)));

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
