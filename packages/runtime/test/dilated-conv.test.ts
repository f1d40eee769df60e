import '@scene-mtl/runtime';
import { expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

tf.env().set('IS_TEST', true);

test('the gradient of a dilated convolution equals that of the filter with holes', async () => {
  await tf.setBackend('cpu');
  const x = tf.randomNormal<tf.Rank.R4>([2, 7, 9, 3], 0, 1, 'float32', 1);
  const w = tf.randomNormal<tf.Rank.R4>([3, 3, 3, 4], 0, 1, 'float32', 2);
  const dy = tf.randomNormal<tf.Rank.R4>([2, 7, 9, 4], 0, 1, 'float32', 3);
  // Dilation 2 is a 5 × 5 filter with zeros between the taps: stack with zeros, then reshape.
  const holes = (filter: tf.Tensor4D): tf.Tensor4D => {
    const rows = tf
      .stack([filter, tf.zerosLike(filter)], 1)
      .reshape([6, 3, 3, 4])
      .slice(0, 5);
    return tf
      .stack([rows, tf.zerosLike(rows)], 2)
      .reshape<tf.Tensor4D>([5, 6, 3, 4])
      .slice([0, 0, 0, 0], [5, 5, 3, 4]);
  };
  const dilated = tf.grads((a, b) => tf.conv2d(a as never, b as never, 1, 'same', 'NHWC', 2));
  const holed = tf.grads((a, b) => tf.conv2d(a as never, holes(b as never), 1, 'same'));
  const [dx, dw] = dilated([x, w], dy);
  const [ex, ew] = holed([x, w], dy);
  expect(dx.dataSync()).toBeAllClose(ex.dataSync(), { atol: 1e-4 });
  expect(dw.dataSync()).toBeAllClose(ew.dataSync(), { atol: 1e-4 });
});
