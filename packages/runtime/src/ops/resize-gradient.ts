import * as tf from '@tensorflow/tfjs';
import { compositeKernel, runBackward } from './composite.ts';
import { gradientInSteps } from './inside-step.ts';
import { bilinearMatrix, conventionOf, nearestMatrix, transposed } from './interpolation.ts';

/**
 * TensorFlow.js 4.22's own gradient of `resizeBilinear` ignores half-pixel centres and, on the CPU
 * backend, swaps height and width of its result; that of `resizeNearestNeighbor` ignores half-pixel
 * centres and gives NaN for every image of a batch but the first when it shrinks them. Inside steps
 * both are the adjoint: with Y = A_h · X · A_wᵀ, dX = A_hᵀ · dY · A_w.
 */

function adjoint(
  resize: string,
  matrix: typeof bilinearMatrix,
  refuses?: Parameters<typeof gradientInSteps>[1],
): void {
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
  gradientInSteps(
    {
      kernelName: resize,
      inputsToSave: ['images'],
      gradFunc: (dy, [images], attrs) => ({
        images: () =>
          runBackward(kernelName, { images, dy: dy as tf.Tensor }, { ...attrs }) as tf.Tensor,
      }),
    },
    refuses,
  );
}

adjoint(
  'ResizeBilinear',
  bilinearMatrix,
  ([images]) => tf.getBackend() === 'cpu' && images.shape[1] !== images.shape[2],
);
adjoint('ResizeNearestNeighbor', nearestMatrix);
