import * as tf from '@tensorflow/tfjs';
import { compositeKernel, runBackward } from './composite.ts';

const FORWARD = 'SoftmaxCrossEntropy';
const BACKWARD = 'SoftmaxCrossEntropyGrad';

/** One-hot rows of the ids; a row of zeros for an id outside 0 … C − 1. */
const rows = (ids: tf.Tensor, classes: number) =>
  tf.cast(tf.oneHot(tf.cast(ids, 'int32'), classes), 'float32');

compositeKernel(FORWARD, ({ logits, ids }) => {
  const axis = logits.rank - 1;
  const hot = rows(ids, logits.shape[axis]);
  const valid = tf.sum(hot, axis);
  const chosen = tf.sum(tf.mul(logits, hot), axis);
  return tf.mul(valid, tf.sub(tf.logSumExp(logits, axis), chosen));
});

compositeKernel(BACKWARD, ({ dy, logits, ids }) => {
  const axis = logits.rank - 1;
  const hot = rows(ids, logits.shape[axis]);
  const factor = tf.expandDims(tf.mul(dy, tf.sum(hot, axis)), axis);
  return tf.mul(tf.sub(tf.softmax(logits), hot), factor);
});

tf.registerGradient({
  kernelName: FORWARD,
  inputsToSave: ['logits', 'ids'],
  gradFunc: (dy, [logits, ids]) => ({
    logits: () => {
      const inputs = { dy: dy as tf.Tensor, logits, ids };
      return runBackward(BACKWARD, inputs) as tf.Tensor;
    },
    ids: () => tf.zerosLike(ids),
  }),
});

/**
 * Cross-entropy of a softmax over the last axis, as one op with its own gradient:
 *
 * `L = log Σ_c exp(f_c) − f_y`, `∂L/∂f_c = softmax(f)_c − [c = y]`
 *
 * An id outside 0 … C − 1 (void) gives 0 and no gradient.
 *
 * @param logits f `[…, C]`
 * @param ids y, int32 `[…]`
 * @returns L `[…]`
 */
export function softmaxCrossEntropy(logits: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const expected = logits.shape.slice(0, -1);
  if (logits.rank < 1 || !tf.util.arraysEqual(expected, ids.shape) || ids.dtype !== 'int32') {
    throw new Error(
      `softmaxCrossEntropy: expected int32 ids of shape [${expected.join(', ')}] for logits ` +
        `[${logits.shape.join(', ')}], got ${ids.dtype} [${ids.shape.join(', ')}]`,
    );
  }
  return tf.engine().runKernel(FORWARD, { logits, ids });
}
