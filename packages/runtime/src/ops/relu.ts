import * as tf from '@tensorflow/tfjs';
import { compositeKernel, runBackward } from './composite.ts';
import { gradientInSteps, layerInSteps } from './inside-step.ts';

/**
 * ReLU and ReLU6 as ops whose gradients are one kernel each and need y alone: `dx = dy` where y > 0,
 * for ReLU6 where 0 < y < 6, else 0. At x = 6 that is 0 as in TensorFlow and PyTorch, where
 * TensorFlow.js 4.22 gives dy. Inside steps `tf.relu`, `tf.relu6` and
 * `tf.layers.reLU({ maxValue: 6 })`, which is two ops in TensorFlow.js, are so.
 */

const masked = (kernelName: string, inside: (y: tf.Tensor) => tf.Tensor): void => {
  const backward = `${kernelName}Grad`;
  compositeKernel(backward, ({ dy, y }) => tf.mul(dy, tf.cast(inside(y), 'float32')));
  gradientInSteps({
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({
      x: () => runBackward(backward, { dy: dy as tf.Tensor, y }) as tf.Tensor,
    }),
  });
};

masked('Relu', (y) => tf.greater(y, 0));
masked('Relu6', (y) => tf.logicalAnd(tf.greater(y, 0), tf.less(y, 6)));

layerInSteps<{ maxValue?: number }>(tf.layers.reLU({ name: 'class' }), (layer, x) =>
  layer.maxValue === 6 ? tf.relu6(x) : undefined,
);
