/** Strides and dilation of one stage. */
export interface StageGeometry {
  readonly stride: number;
  /** Of every block of the stage, the first one included. */
  readonly dilation: number;
  /** Stride of its output, counted from the encoder's input. */
  readonly total: number;
}

/**
 * Turns the strides that would exceed `outputStride` into dilations, so that features keep their
 * resolution and filters their field of view (Yu, Koltun & Funkhouser 2017).
 *
 * torchvision's `replace_stride_with_dilation` leaves the first block of a stage at the dilation of
 * the stage before; here every block of a dilated stage is dilated.
 * @param before stride in front of the first stage
 * @param strides stride of each stage
 * @throws when no stage ends at `outputStride`
 * @example
 * ```ts
 * import { dilatedStrides } from '@scene-mtl/core';
 * // A ResNet at output stride 8: its last two stages are dilated by 2 and 4.
 * dilatedStrides('resnet', 4, [1, 2, 2, 2], 8).map(({ dilation }) => dilation); // → [1, 1, 2, 4]
 * ```
 */
export function dilatedStrides(
  where: string,
  before: number,
  strides: readonly number[],
  outputStride: number,
): StageGeometry[] {
  let reached = before;
  let dilation = 1;
  const stages = strides.map((stride) => {
    if (reached * stride <= outputStride) {
      reached *= stride;
      return { stride, dilation, total: reached };
    }
    dilation *= stride;
    return { stride: 1, dilation, total: reached };
  });
  if (reached !== outputStride) {
    throw new Error(`${where}: expected an output stride it can have, got ${outputStride}`);
  }
  return stages;
}
