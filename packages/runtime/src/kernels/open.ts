import type { TraceNode } from '../capture/value.ts';
import { onnxType } from '../lowering/lowering.ts';
import type { Attribute } from '../onnx/attribute.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/**
 * Parts of graph models whose values are as large as the numbers of a run say: a size that is not known is −1 in a shape,
 * which ONNX Runtime does not see. No TensorFlow.js op calls these by name.
 */

/** One ONNX op as it is. */
export interface OpenAttributes {
  readonly op: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Inputs that ONNX wants as int64. */
  readonly int64?: readonly number[];
  /** Results that ONNX gives as int64. */
  readonly made64?: readonly number[];
}

const infer = (): never => {
  throw new Error('it is recorded with the shapes of its results');
};

const open: Kernel = {
  name: 'Open',
  lowering: 'one op of ONNX, on values whose size the run knows',
  infer,
  lower: (ctx, { inputs, attrs, outputs }: TraceNode) => {
    const { graph: g } = ctx;
    const { op, attributes = {}, int64 = [], made64 = [] } = attrs as unknown as OpenAttributes;
    const given = Object.values(inputs).map((value, i) => {
      const ref = ctx.plain(value);
      return int64.includes(i) ? g.cast(ref, 'int64') : ref;
    });
    const specs = outputs.map(({ shape, dtype }, i) => ({
      shape,
      type: made64.includes(i) ? ('int64' as const) : onnxType(dtype),
    }));
    const refs = g.ops(op, given, specs, attributes);
    outputs.forEach((output, i) =>
      ctx.define(output, 'plain', g.cast(refs[i], onnxType(output.dtype))),
    );
  },
};

/** A run whose value has another size fails here. */
const closed: Kernel = {
  name: 'Closed',
  lowering: 'Reshape',
  infer,
  lower: (ctx, { inputs: { 0: x }, outputs: [y] }) => {
    const { graph: g } = ctx;
    const attributes = y.shape.includes(0) ? { allowzero: 1 } : {};
    ctx.define(y, 'plain', g.op('Reshape', [ctx.plain(x), g.ints(y.shape)], y.shape, attributes));
  },
};

defineKernels(open, closed);
