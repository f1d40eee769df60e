import * as tf from '@tensorflow/tfjs';
import { compositeKernel } from './composite.ts';
import { bilinearMatrix, conventionOf, nearestMatrix, transposed } from './interpolation.ts';

/**
 * TensorFlow.js 4.22's own gradient of `resizeBilinear` ignores half-pixel centres and, on the CPU
 * backend, swaps height and width of its result; that of `resizeNearestNeighbor` ignores half-pixel
 * centres and gives NaN for every image of a batch but the first when it shrinks them. Importing
 * this module replaces both by the adjoint: with Y = A_h · X · A_wᵀ, dX = A_hᵀ · dY · A_w.
 */

function adjoint(resize: string, matrix: typeof bilinearMatrix): void {
  const kernelName = `${resize}Adjoint`;
  compositeKernel(kernelName, ({ images, dy }, attrs) => {
    const [n, h, w, c] = images.shape;
    const [, outH, outW] = dy.shape;
    const how = conventionOf(attrs);
    const rows = tf.tensor2d(transposed(matrix(h, outH, how), outH, h), [h, outH]);
    const columns = tf.tensor2d(matrix(w, outW, how), [outW, w]);
    const planes = tf.transpose(dy, [0, 3, 1, 2]).reshape([n * c * outH, outW]);
    const narrowed = tf.matMul(planes, columns).reshape<tf.Tensor3D>([n * c, outH, w]);
    const all = tf.tile(tf.expandDims(rows, 0), [n * c, 1, 1]);
    return tf.transpose(tf.matMul(all, narrowed).reshape([n, c, h, w]), [0, 2, 3, 1]);
  });
  tf.unregisterGradient(resize);
  tf.registerGradient({
    kernelName: resize,
    inputsToSave: ['images'],
    gradFunc: (dy, [images], attrs) => ({
      images: () =>
        tf.engine().runKernel<tf.Tensor>(kernelName, { images, dy: dy as tf.Tensor }, attrs),
    }),
  });
}

adjoint('ResizeBilinear', bilinearMatrix);
adjoint('ResizeNearestNeighbor', nearestMatrix);
