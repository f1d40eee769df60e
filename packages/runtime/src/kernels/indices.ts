import { CaptureError } from '../capture/errors.ts';
import type { TraceNode, TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import type { Ref } from '../onnx/graph.ts';

/**
 * Indices for ONNX, where one below 0 counts from the end. In TensorFlow.js it is out of range (−1 is
 * the usual label of what is to be ignored), so it is made one that is too large: the run fails.
 *
 * @param sizes of the axes that the last dimension of the indices points into, or of the one axis that
 * each index points into
 * @throws CaptureError where a constant index is out of range
 */
export function checkedIndices(
  ctx: Lowering,
  { kernel, site }: Pick<TraceNode, 'kernel' | 'site'>,
  indices: TraceValue,
  sizes: readonly number[],
  type: 'int32' | 'int64',
): Ref {
  const { graph: g } = ctx;
  const given = ctx.plain(indices);
  const ref = g.cast(given, type);
  const literal = g.literal(given) as Int32Array | undefined;
  if (!literal) {
    const bounds = g.typed(sizes, sizes.length === 1 ? [] : [sizes.length], type);
    const below = g.op('Less', [ref, g.typed([0], [], type)], ref.shape, {}, { type: 'bool' });
    return g.op('Where', [below, bounds, ref], ref.shape, {}, { type });
  }
  literal.forEach((index, i) => {
    const size = sizes[i % sizes.length];
    if (index >= 0 && index < size) return;
    throw new CaptureError(
      `compile: ${kernel} at ${site} has the index ${index}; expected ${rangeOf(size)}`,
    );
  });
  return ref;
}

/** The indices of an axis, in words. */
export const rangeOf = (size: number): string =>
  size > 0 ? `0 … ${size - 1} for an axis of ${size}` : 'none for an axis of 0';
