import '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { normalKernel, type KernelInit } from './initialise.ts';
import { replaceCall, weightOf } from './replace-call.ts';
import { initialStream, owned, type Scope } from './scope.ts';

/** Shape and start of a {@link convolution}. */
export interface ConvolutionOptions extends KernelInit {
  /** Output channels. */
  readonly filters: number;
  /** Side of the square kernel: odd. Default 3. */
  readonly kernel?: number;
  /** Default 1. */
  readonly stride?: number;
  /** Distance in cells between neighbouring taps. Default 1. */
  readonly dilation?: number;
  /**
   * Pads as TensorFlow does (at stride 2 and even sizes below and to the right only): what weights
   * trained that way need to give the very same outputs. Default false.
   */
  readonly padAsTensorFlow?: boolean;
  /** Adds a bias, initially 0. Default false: batch normalisation follows. */
  readonly bias?: boolean;
}

/**
 * 2-D convolution with (k − 1)/2 · dilation zeros on all four sides, as PyTorch pads.
 *
 * Output cell i is centred on input cell `stride · i`. TensorFlow's 'same' padding puts all of its
 * zeros below and to the right when the stride is 2 and the size even; the centre is then
 * `2i + 1`, and a strided 3×3 convolution is out of line with the 1×1 one of its shortcut and
 * with the up-sampling of the outputs. So a strided convolution pads in a layer of its own.
 *
 * @param x symbolic features `[B, H, W, C]`
 * @returns `[B, ⌈H / stride⌉, ⌈W / stride⌉, filters]`
 */
export function convolution(
  x: tf.SymbolicTensor,
  scope: Scope,
  options: ConvolutionOptions,
): tf.SymbolicTensor {
  const { filters, kernel = 3, stride = 1, dilation = 1, bias = false } = options;
  const { padAsTensorFlow = false } = options;
  if (kernel % 2 !== 1) {
    throw new Error(`convolution ${scope.name}: expected an odd kernel, got ${kernel}`);
  }
  const margin = (dilation * (kernel - 1)) / 2;
  const pads = stride > 1 && margin > 0 && !padAsTensorFlow;
  const input = pads
    ? (tf.layers
        .zeroPadding2d({
          padding: [
            [margin, margin],
            [margin, margin],
          ],
          name: `${scope.name}/pad`,
        })
        .apply(x) as tf.SymbolicTensor)
    : x;
  const padding = pads ? 'valid' : 'same';
  const layer = tf.layers.conv2d({
    name: scope.name,
    filters,
    kernelSize: kernel,
    strides: stride,
    dilationRate: dilation,
    padding,
    useBias: bias,
    // Drawn below: the layer's own initialisers take no seeded stream.
    kernelInitializer: 'zeros',
  });
  // The layer would call the fused convolution, which refuses the gradient of a dilated one.
  owned(layer, scope);
  replaceCall(layer, (input4d) => {
    const w = weightOf<tf.Tensor4D>(layer, 'kernel');
    const y = tf.conv2d(input4d, w, stride, padding, 'NHWC', dilation);
    return bias ? tf.add(y, weightOf<tf.Tensor1D>(layer, 'bias')) : y;
  });
  const y = layer.apply(input) as tf.SymbolicTensor;
  const weight = layer.weights[0];
  const drawn = normalKernel(
    weight.shape as [number, number, number, number],
    initialStream(scope, 'kernel'),
    options,
  );
  weight.write(drawn);
  drawn.dispose();
  return y;
}
