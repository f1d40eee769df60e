import * as tf from '@tensorflow/tfjs';
import { compositeKernel } from './composite.ts';
import { bilinearMatrix, conventionOf, transposed } from './interpolation.ts';

/**
 * TensorFlow.js 4.22's own gradient of `resizeBilinear` ignores half-pixel centres and, on the CPU
 * backend, swaps height and width of its result. Importing this module replaces it by the adjoint:
 * with Y = A_h · X · A_wᵀ, dX = A_hᵀ · dY · A_w.
 */

const ADJOINT = 'ResizeBilinearAdjoint';

compositeKernel(ADJOINT, ({ images, dy }, attrs) => {
  const [n, h, w, c] = images.shape;
  const [, outH, outW] = dy.shape;
  const how = conventionOf(attrs);
  const rows = tf.tensor2d(transposed(bilinearMatrix(h, outH, how), outH, h), [h, outH]);
  const columns = tf.tensor2d(bilinearMatrix(w, outW, how), [outW, w]);
  const planes = tf.transpose(dy, [0, 3, 1, 2]).reshape([n * c * outH, outW]);
  const narrowed = tf.matMul(planes, columns).reshape<tf.Tensor3D>([n * c, outH, w]);
  const all = tf.tile(tf.expandDims(rows, 0), [n * c, 1, 1]);
  return tf.transpose(tf.matMul(all, narrowed).reshape([n, c, h, w]), [0, 2, 3, 1]);
});

tf.unregisterGradient('ResizeBilinear');
tf.registerGradient({
  kernelName: 'ResizeBilinear',
  inputsToSave: ['images'],
  gradFunc: (dy, [images], attrs) => ({
    images: () =>
      tf.engine().runKernel(ADJOINT, { images, dy: dy as tf.Tensor }, attrs) as tf.Tensor,
  }),
});
