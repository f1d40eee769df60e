import '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { normalKernel } from './initialise.ts';
import { replaceCall, weightOf } from './replace-call.ts';
import { initialStream, owned, type Scope } from './scope.ts';

/** Shape of a {@link depthwise}. */
export interface DepthwiseOptions {
  /** Default 1. */
  readonly stride?: number;
  /** Distance in cells between neighbouring taps; needs stride 1. Default 1. */
  readonly dilation?: number;
  /**
   * Pads as TensorFlow does (at stride 2 and even sizes below and to the right only) rather than
   * alike on all sides: see `convolution`. Default false.
   */
  readonly padAsTensorFlow?: boolean;
}

/**
 * 3×3 depthwise convolution: one filter per channel, no bias.
 * @param x symbolic features `[B, H, W, C]`
 * @returns `[B, ⌈H / stride⌉, ⌈W / stride⌉, C]`
 */
export function depthwise(
  x: tf.SymbolicTensor,
  scope: Scope,
  { stride = 1, dilation = 1, padAsTensorFlow = false }: DepthwiseOptions = {},
): tf.SymbolicTensor {
  if (stride > 1 && dilation > 1) {
    throw new Error(
      `depthwise ${scope.name}: expected a stride or a dilation of 1, got both above`,
    );
  }
  const pads = stride > 1 && !padAsTensorFlow;
  const input = pads
    ? (tf.layers
        .zeroPadding2d({ padding: [1, 1], name: `${scope.name}/pad` })
        .apply(x) as tf.SymbolicTensor)
    : x;
  const padding = pads ? 'valid' : 'same';
  const layer = tf.layers.depthwiseConv2d({
    name: scope.name,
    kernelSize: 3,
    strides: stride,
    dilationRate: dilation,
    padding,
    useBias: false,
    depthwiseInitializer: 'zeros',
  });
  owned(layer, scope);
  replaceCall(layer, (input4d) => {
    const w = weightOf<tf.Tensor4D>(layer, 'depthwise_kernel');
    return tf.depthwiseConv2d(input4d, w, stride, padding, 'NHWC', dilation);
  });
  const y = layer.apply(input) as tf.SymbolicTensor;
  const shape = layer.weights[0].shape as [number, number, number, number];
  const drawn = normalKernel(shape, initialStream(scope, 'depthwise_kernel'), {}, true);
  layer.weights[0].write(drawn);
  drawn.dispose();
  return y;
}
