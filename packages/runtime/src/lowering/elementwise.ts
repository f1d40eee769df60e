import type { TraceValue } from '../capture/value.ts';
import type { Ref } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/graph.ts';
import type { Layout, Lowering } from './lowering.ts';

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** Layout in which an elementwise op converts least: blocked before nchw before plain. */
export function commonLayout(
  ctx: Lowering,
  inputs: readonly TraceValue[],
  shape: readonly number[],
): Layout {
  if (shape.length !== 4) return 'plain';
  const layouts = inputs.filter((v) => same(v.shape, shape)).map((v) => ctx.native(v));
  if (layouts.includes('blocked')) return 'blocked';
  return layouts.includes('nchw') ? 'nchw' : 'plain';
}

/** Physical shape of a rank-4 result in a layout; broadcasting follows it. */
function physical(ctx: Lowering, shape: readonly number[], layout: Layout): readonly number[] {
  if (layout === 'plain') return shape;
  const [n, h, w, c] = shape;
  return layout === 'nchw' ? [n, c, h, w] : [n, c / ctx.block, h, w, ctx.block];
}

/** One operand of a broadcast in the layout of the result. */
function operand(ctx: Lowering, value: TraceValue, shape: readonly number[], layout: Layout): Ref {
  const { graph: g, block: b } = ctx;
  if (layout === 'plain' || (sizeOf(value.shape) === 1 && value.shape.length === 0))
    return ctx.plain(value);
  if (same(value.shape, shape)) {
    const ref = ctx.as(value, layout);
    return layout === 'blocked' ? g.reshape(ref, physical(ctx, shape, layout)) : ref;
  }
  const [n, h, w, c] = [...Array<number>(4 - value.shape.length).fill(1), ...value.shape];
  if (layout === 'nchw') {
    const rank4 = value.shape.length === 4 ? ctx.as(value, 'nchw') : undefined;
    return rank4 ?? g.transpose(g.reshape(ctx.plain(value), [n, h, w, c]), [0, 3, 1, 2]);
  }
  if (c === 1) return g.reshape(ctx.plain(value), [n, 1, h, w, 1]);
  return g.transpose(g.reshape(ctx.plain(value), [n, h, w, c / b, b]), [0, 3, 1, 2, 4]);
}

/**
 * Lowers an elementwise op with broadcasting in the layout that its inputs mostly have.
 * @param emit makes the node from the operands and the physical shape of the result
 */
export function elementwise(
  ctx: Lowering,
  operands: readonly TraceValue[],
  output: TraceValue,
  emit: (refs: readonly Ref[], shape: readonly number[]) => Ref,
): void {
  const small = operands.map((v) => ctx.compact(v));
  const anchored = small.some((v) => same(v.shape, output.shape));
  const inputs = anchored ? small : operands;
  const layout = commonLayout(ctx, inputs, output.shape);
  // Where every operand has the shape of the result no broadcast looks at it: the logical one serves.
  const full = inputs.every((v) => same(v.shape, output.shape) || v.shape.length === 0);
  if (full) {
    const refs = inputs.map((v) => (v.shape.length === 0 ? ctx.plain(v) : ctx.as(v, layout)));
    const [n, h, w, c] = output.shape;
    ctx.define(output, layout, emit(refs, layout === 'plain' ? output.shape : [n, c, h, w]));
    return;
  }
  const refs = inputs.map((v) => operand(ctx, v, output.shape, layout));
  const result = emit(refs, physical(ctx, output.shape, layout));
  const [n, h, w, c] = output.shape;
  ctx.define(
    output,
    layout,
    layout === 'blocked' ? ctx.graph.reshape(result, [n, c, h, w]) : result,
  );
}
