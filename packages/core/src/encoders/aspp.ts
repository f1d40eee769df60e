import * as tf from '@tensorflow/tfjs';
import { convBnRelu } from '../layers/conv-block.ts';
import { inside, type Scope } from '../layers/scope.ts';
import { upsampleTo } from '../layers/upsample.ts';
import { stagedEncoder, type Encoder } from './encoder.ts';

/** Shape of {@link aspp}. */
export interface AsppOptions {
  /** Channels of each branch (Kendall et al. 2018: 256). */
  readonly channels: number;
  /** Dilation of each 3×3 branch, in feature cells (Kendall et al. 2018: 12, 24, 36). */
  readonly rates: readonly number[];
  /**
   * Channels of a 1×1 convolution after the concatenation, as DeepLabV3 has it. Default: none, the
   * concatenation itself is the shared representation (Kendall et al. 2018, appendix A).
   */
  readonly projection?: number;
}

/** Channels that {@link aspp} gives. */
export const asppChannels = ({ channels, rates, projection }: AsppOptions): number =>
  projection ?? channels * (rates.length + 2);

/**
 * Atrous spatial pyramid pooling (Chen et al. 2017, DeepLabV3, section 3.3; Kendall et al. 2018,
 * appendix A): in parallel a 1×1 convolution, one 3×3 convolution per dilation rate, and global
 * average pooling followed by a 1×1 convolution; batch normalisation and ReLU on each; all
 * concatenated.
 * @param x symbolic features `[B, h, w, C]` with known h and w
 * @returns `[B, h, w, channels · (rates + 2)]`, or `[B, h, w, projection]`
 */
export function aspp(x: tf.SymbolicTensor, scope: Scope, options: AsppOptions): tf.SymbolicTensor {
  const { channels: filters, rates, projection } = options;
  const [, h, w, c] = x.shape as [number | null, number, number, number];
  const pooled = tf.layers.globalAveragePooling2d({
    name: `${scope.name}/pool`,
    dataFormat: 'channelsLast',
  });
  const cell = tf.layers.reshape({ name: `${scope.name}/pool_cell`, targetShape: [1, 1, c] });
  const image = cell.apply(pooled.apply(x)) as tf.SymbolicTensor;
  const branches = [
    convBnRelu(x, inside(scope, 'point'), { filters, kernel: 1 }),
    ...rates.map((dilation, i) =>
      convBnRelu(x, inside(scope, `rate${i + 1}`), { filters, dilation }),
    ),
    upsampleTo(
      convBnRelu(image, inside(scope, 'image'), { filters, kernel: 1 }),
      [h, w],
      `${scope.name}/image/broadcast`,
    ),
  ];
  const joined = tf.layers
    .concatenate({ name: `${scope.name}/concat` })
    .apply(branches) as tf.SymbolicTensor;
  if (projection === undefined) return joined;
  return convBnRelu(joined, inside(scope, 'project'), { filters: projection, kernel: 1 });
}

/**
 * Dilation rates that cover the same part of a smaller image: Kendall et al. use 12, 24, 36 at
 * output stride 8 on crops of 512 px, hence `round(rate · side / 512 · 8 / outputStride)`, at
 * least 1, `side` being the shorter side in px. 128×256 gives 3, 6, 9.
 * @example
 * ```ts
 * import { scaledRates } from '@scene-mtl/core';
 * scaledRates([128, 256], 8); // → [3, 6, 9]
 * ```
 */
export function scaledRates(
  size: readonly [number, number],
  outputStride: number,
): [number, number, number] {
  const scale = (Math.min(...size) / 512) * (8 / outputStride);
  const scaled = (rate: number) => Math.max(1, Math.round(rate * scale));
  return [scaled(12), scaled(24), scaled(36)];
}

/**
 * An encoder with {@link aspp} as one more stage. Its layers are named `aspp/…`.
 * @example
 * ```ts
 * import { resNet, withAspp } from '@scene-mtl/core';
 * const encoder = withAspp(resNet({ depth: 101 }), { channels: 256, rates: [12, 24, 36] });
 * // Five branches of 256.
 * [encoder.outputStride, encoder.channels]; // → [8, 1280]
 * ```
 */
export const withAspp = (encoder: Encoder, options: AsppOptions): Encoder =>
  stagedEncoder(`${encoder.name}-aspp`, [
    ...encoder.stages,
    {
      name: 'aspp',
      stride: encoder.outputStride,
      channels: asppChannels(options),
      build: (x, scope) => aspp(x, inside(scope, 'aspp'), options),
    },
  ]);
