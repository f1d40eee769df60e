import { convBnRelu } from '../layers/conv-block.ts';
import { inside } from '../layers/scope.ts';
import { withAspp, type AsppOptions } from './aspp.ts';
import { stagedEncoder, type Encoder } from './encoder.ts';
import { basicBlock, residualStage } from './residual-block.ts';

/** Shape of {@link dilatedResidual}. */
export interface DilatedResidualOptions {
  /** Channels of the stem. Default 32. */
  readonly stem?: number;
  /** Channels of the three stages. Default 32, 64, 96: multiples of 16, which run fastest. */
  readonly channels?: readonly [number, number, number];
  /** Residual blocks in each stage. Default 2, 2, 2. */
  readonly blocks?: readonly [number, number, number];
  /**
   * The pyramid behind the last stage; `null` leaves it out. Default 64 channels per branch at
   * rates 3, 6, 9, fit for 128×256 (`scaledRates`).
   */
  readonly aspp?: AsppOptions | null;
}

/**
 * The small default encoder, output stride 8: a 3×3 stem of stride 2, then three stages of basic
 * residual blocks with strides 2, 2, 1. Every 3×3 convolution of the last stage has dilation 2 in
 * place of a fourth halving (Yu & Koltun 2016), then atrous spatial pyramid pooling.
 * @example
 * ```ts
 * import { dilatedResidual } from '@scene-mtl/core';
 * const { stages, outputStride, channels } = dilatedResidual();
 * stages.map(({ name }) => name); // → ['stem', 'stage1', 'stage2', 'stage3', 'aspp']
 * // Five branches of 64 channels.
 * [outputStride, channels]; // → [8, 320]
 * ```
 */
export function dilatedResidual(options: DilatedResidualOptions = {}): Encoder {
  const { stem = 32, channels = [32, 64, 96], blocks = [2, 2, 2] } = options;
  const { aspp = { channels: 64, rates: [3, 6, 9] } } = options;
  const backbone = stagedEncoder('dilated-residual', [
    {
      name: 'stem',
      stride: 2,
      channels: stem,
      build: (image, scope) =>
        convBnRelu(image, inside(scope, 'stem'), { filters: stem, stride: 2, fan: 'out' }),
    },
    ...blocks.map((count, s) =>
      residualStage(basicBlock, {
        name: `stage${s + 1}`,
        blocks: count,
        channels: channels[s],
        stride: s < 2 ? 2 : 1,
        total: s === 0 ? 4 : 8,
        dilation: s === 2 ? 2 : 1,
      }),
    ),
  ]);
  return aspp === null ? backbone : withAspp(backbone, aspp);
}
