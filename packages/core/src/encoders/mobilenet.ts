import * as tf from '@tensorflow/tfjs';
import { batchNormalisation } from '../layers/batch-normalisation.ts';
import { convolution } from '../layers/convolution.ts';
import { depthwise } from '../layers/depthwise.ts';
import { inside, type Scope } from '../layers/scope.ts';
import { stagedEncoder, type Encoder, type Stage } from './encoder.ts';
import { dilatedStrides } from './strides.ts';

/** Shape of {@link mobileNet}. */
export interface MobileNetOptions {
  /** Width multiplier α. */
  readonly alpha: 0.25 | 0.5 | 0.75 | 1;
  /** Input px per feature cell. Default 8. */
  readonly outputStride?: 4 | 8 | 16 | 32;
  /** Last of the 13 separable blocks that is built. Default 13. */
  readonly blocks?: number;
  /**
   * Pads as the ImageNet weights were trained, so that the classifier's outputs are theirs. Default
   * false: pads alike on all sides, which centres the features where the decoders expect them; the
   * same filters then only look at a grid shifted by a pixel.
   */
  readonly padAsTensorFlow?: boolean;
}

const channels = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
const strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1];

/**
 * MobileNet v1 (Howard et al. 2017, table 1): a 3×3 convolution of stride 2, then blocks of a 3×3
 * depthwise and a 1×1 convolution, each with batch normalisation (ε 1e-3) and ReLU6. Strides beyond
 * `outputStride` become dilations. Weights: `loadMobileNet`; images: `symmetricNormalisation`.
 * @example
 * ```ts
 * import { mobileNet } from '@scene-mtl/core';
 * const { channels, outputStride } = mobileNet({ alpha: 0.25, outputStride: 16 });
 * [channels, outputStride]; // → [256, 16]
 * ```
 */
export function mobileNet(options: MobileNetOptions): Encoder {
  const { alpha, outputStride = 8, blocks = 13, padAsTensorFlow = false } = options;
  if (!Number.isInteger(blocks) || blocks < 1 || blocks > 13) {
    throw new Error(`mobileNet: expected 1 … 13 blocks, got ${blocks}`);
  }
  const width = (c: number) => Math.round(c * alpha);
  const geometry = dilatedStrides('mobileNet', 2, strides.slice(0, blocks), outputStride);
  return stagedEncoder(`mobilenet-v1-${alpha}`, [
    {
      name: 'stem',
      stride: 2,
      channels: width(32),
      build(image, scope) {
        const first = inside(scope, 'stem');
        const stem = { filters: width(32), stride: 2, padAsTensorFlow };
        return normRelu6(convolution(image, inside(first, 'conv'), stem), first);
      },
    },
    ...geometry.map(({ stride, dilation, total }, i): Stage => ({
      name: `block${i + 1}`,
      stride: total,
      channels: width(channels[i]),
      build(x, scope) {
        const deep = inside(scope, `block${i + 1}/depthwise`);
        const spatial = depthwise(x, inside(deep, 'conv'), { stride, dilation, padAsTensorFlow });
        const point = inside(scope, `block${i + 1}/pointwise`);
        const mixed = { filters: width(channels[i]), kernel: 1 };
        const narrow = normRelu6(spatial, deep);
        return normRelu6(convolution(narrow, inside(point, 'conv'), mixed), point);
      },
    })),
  ]);
}

function normRelu6(x: tf.SymbolicTensor, scope: Scope): tf.SymbolicTensor {
  const normalised = batchNormalisation(x, inside(scope, 'bn'), { epsilon: 1e-3 });
  const layer = tf.layers.reLU({ maxValue: 6, name: `${scope.name}/relu6` });
  return layer.apply(normalised) as tf.SymbolicTensor;
}
