import * as tf from '@tensorflow/tfjs';
import { convBnRelu } from '../layers/conv-block.ts';
import { inside, type Scope } from '../layers/scope.ts';
import { stagedEncoder, type Encoder } from './encoder.ts';
import {
  basicBlock,
  bottleneckBlock,
  residualStage,
  type ResidualBlock,
} from './residual-block.ts';
import { dilatedStrides } from './strides.ts';

/** Layers with weights of a {@link resNet}. */
export type ResNetDepth = 18 | 34 | 50 | 101;

/** Shape of {@link resNet}. */
export interface ResNetOptions {
  readonly depth: ResNetDepth;
  /** 4, 8, 16 or 32 input px per feature cell. Default 8 (Kendall et al. 2018, appendix A). */
  readonly outputStride?: 4 | 8 | 16 | 32;
}

const variants: Record<ResNetDepth, { block: ResidualBlock; blocks: readonly number[] }> = {
  18: { block: basicBlock, blocks: [2, 2, 2, 2] },
  34: { block: basicBlock, blocks: [3, 4, 6, 3] },
  50: { block: bottleneckBlock, blocks: [3, 4, 6, 3] },
  101: { block: bottleneckBlock, blocks: [3, 4, 23, 3] },
};

/**
 * ResNet (He et al. 2016, table 1) in torchvision's form: padding alike on all sides, a bottleneck's
 * stride on its 3×3 convolution, ε 1e-5. At output stride 32 it computes what torchvision's does
 * with the same weights (`loadTorchvision`); below that the last stages are dilated, see
 * `dilatedStrides`.
 * @example
 * ```ts
 * import { resNet } from '@scene-mtl/core';
 * const { channels, outputStride } = resNet({ depth: 18 });
 * [channels, outputStride]; // → [512, 8]
 * ```
 */
export function resNet({ depth, outputStride = 8 }: ResNetOptions): Encoder {
  const variant = variants[depth];
  if (!variant) throw new Error(`resNet: expected depth 18, 34, 50 or 101, got ${String(depth)}`);
  const { block, blocks } = variant;
  const geometry = dilatedStrides(`resNet ${depth}`, 4, [1, 2, 2, 2], outputStride);
  const [first, ...rest] = geometry.map((strides, s) =>
    residualStage(block, {
      name: `stage${s + 1}`,
      blocks: blocks[s],
      channels: 64 * 2 ** s,
      ...strides,
    }),
  );
  return stagedEncoder(`resnet${depth}`, [
    {
      name: 'stem',
      stride: 2,
      channels: 64,
      build(image, scope) {
        const stem = { filters: 64, kernel: 7, stride: 2, fan: 'out' } as const;
        return convBnRelu(image, inside(scope, 'stem'), stem);
      },
    },
    { ...first, build: (x, scope) => first.build(pooled(x, scope), scope) },
    ...rest,
  ]);
}

/** 3×3 maxima, stride 2. Zeros pad as −∞ would: what is pooled has passed a ReLU. */
function pooled(x: tf.SymbolicTensor, scope: Scope): tf.SymbolicTensor {
  const padded = tf.layers
    .zeroPadding2d({ padding: [1, 1], name: `${scope.name}/pool/pad` })
    .apply(x) as tf.SymbolicTensor;
  return tf.layers
    .maxPooling2d({ poolSize: 3, strides: 2, padding: 'valid', name: `${scope.name}/pool` })
    .apply(padded) as tf.SymbolicTensor;
}
