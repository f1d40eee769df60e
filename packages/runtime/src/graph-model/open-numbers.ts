import type { CapturedType, TraceValue } from '../capture/value.ts';
import { nextBelow } from '../kernels/non-max-suppression.ts';
import { attribute } from './converter.ts';
import { intsValue } from './open.ts';
import type { OpenCall } from './open-call.ts';
import type { OpenOp } from './open-shapes.ts';
import { refused } from './refuse.ts';
import { numberOf, unknown, whole, type Size } from './sizes.ts';

/** Ops of graph models that compute, or choose, on values that are as large as a run says. */

/** Sizes of two values that broadcast, from the last on. */
function broadcast(a: readonly Size[], b: readonly Size[]): Size[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a, b].map((sizes) => sizes.at(i - rank) ?? whole(1));
    if (i - rank < -a.length) return q;
    return numberOf(p) === 1 ? q : p;
  });
}

const sizesOfAll = (call: OpenCall): Size[] =>
  Array.from({ length: call.count }, (_, i) => call.sizes(i)).reduce<Size[]>(broadcast, []);

/** ONNX' op of the same meaning. */
const elementwise = (op: string, dtype?: CapturedType): OpenOp => ({
  record: (call) => {
    const inputs = Array.from({ length: call.count }, (_, i) => call.value(i));
    return call.end(op, inputs, [{ sizes: sizesOfAll(call), dtype: dtype ?? call.dtype(0) }]);
  },
});

const codes = { float32: 1, int32: 6, bool: 9 } as const;

const asBool = (call: OpenCall, i: number): TraceValue =>
  call.step(
    'Cast',
    [call.value(i)],
    { sizes: call.sizes(i), dtype: 'bool' },
    { attributes: { to: codes.bool } },
  );

const choice: OpenOp = {
  record: (call) => {
    const rank = call.sizes(1).length;
    if (![0, rank].includes(call.sizes(0).length)) {
      throw refused(call.node, 'expected a condition of the rank of what it chooses from');
    }
    const inputs = [asBool(call, 0), call.value(1), call.value(2)];
    return call.end('Where', inputs, [{ sizes: sizesOfAll(call), dtype: call.dtype(1) }]);
  },
};

const reduction = (op: string): OpenOp => ({
  record: (call) => {
    const sizes = call.sizes(0);
    const axes = call.known(1).map((axis) => (axis < 0 ? axis + sizes.length : axis));
    const keep = attribute(call.node, 'keepDims') === true;
    const kept = sizes.flatMap((size, i) => {
      if (!axes.includes(i)) return [size];
      return keep ? [whole(1)] : [];
    });
    const attributes = { keepdims: keep ? 1 : 0 };
    const result = { sizes: kept, dtype: call.dtype(0) };
    const inputs = [call.value(0), intsValue(axes)];
    return call.end(op, inputs, [result], { attributes, int64: [1] });
  },
});

const float = (x: number): TraceValue => ({
  shape: [1],
  dtype: 'float32',
  source: { kind: 'constant', data: Float32Array.of(x) },
});

/**
 * Indices of the boxes kept, `[kept]`. TensorFlow.js drops a box whose overlap is at least the threshold, ONNX one whose
 * overlap is above it.
 */
function kept(call: OpenCall): ReturnType<OpenCall['end']> {
  const [most, iou, score = -Infinity, sigma = 0] = [2, 3, 4, 5]
    .filter((i) => i < call.count && i < (call.node.op === 'NonMaxSuppressionV5' ? 6 : 5))
    .map((i) => call.known(i)[0]);
  if (sigma !== 0)
    throw refused(call.node, 'it lowers scores one after the other, which ONNX has not');
  const [boxes, scores] = [call.sizes(0), call.sizes(1)];
  const inputs = [
    call.step(
      'Unsqueeze',
      [call.value(0), intsValue([0])],
      { sizes: [whole(1), ...boxes], dtype: 'float32' },
      { int64: [1] },
    ),
    call.step(
      'Unsqueeze',
      [call.value(1), intsValue([0, 1])],
      { sizes: [whole(1), whole(1), ...scores], dtype: 'float32' },
      { int64: [1] },
    ),
    // Every box overlaps another one by at least 0: the first one alone stays.
    intsValue([iou <= 0 ? Math.min(most, 1) : most]),
    float(iou <= 0 ? 0 : nextBelow(Math.min(iou, 1))),
    ...(Number.isFinite(score) ? [float(score)] : []),
  ];
  const count = unknown();
  const triples = call.step(
    'NonMaxSuppression',
    inputs,
    { sizes: [count, whole(3)], dtype: 'int32' },
    { int64: [2], made64: [0] },
  );
  return call.end('Gather', [triples, intsValue([2], [])], [{ sizes: [count], dtype: 'int32' }], {
    attributes: { axis: 1 },
  });
}

const suppression: OpenOp = { decides: [0, 1], record: kept };

/** Each op by its name. */
export const openNumbers: Readonly<Record<string, OpenOp>> = {
  Add: elementwise('Add'),
  AddV2: elementwise('Add'),
  Sub: elementwise('Sub'),
  Mul: elementwise('Mul'),
  RealDiv: elementwise('Div'),
  Minimum: elementwise('Min'),
  Maximum: elementwise('Max'),
  Greater: elementwise('Greater', 'bool'),
  GreaterEqual: elementwise('GreaterOrEqual', 'bool'),
  Less: elementwise('Less', 'bool'),
  LessEqual: elementwise('LessOrEqual', 'bool'),
  Equal: elementwise('Equal', 'bool'),
  LogicalAnd: elementwise('And', 'bool'),
  LogicalOr: elementwise('Or', 'bool'),
  LogicalNot: elementwise('Not', 'bool'),
  Abs: elementwise('Abs'),
  Neg: elementwise('Neg'),
  Exp: elementwise('Exp'),
  Sqrt: elementwise('Sqrt'),
  Sigmoid: elementwise('Sigmoid'),
  Tanh: elementwise('Tanh'),
  Relu: elementwise('Relu'),
  Select: choice,
  SelectV2: choice,
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Cast: {
    record: (call) => {
      const dtype = attribute(call.node, 'dtype') as CapturedType;
      const result = { sizes: call.sizes(0), dtype };
      return call.end('Cast', [call.value(0)], [result], { attributes: { to: codes[dtype] } });
    },
  },
  TopKV2: {
    decides: [1],
    record: (call) => {
      const sizes = [...call.sizes(0).slice(0, -1), call.integers(1)[0]];
      const one = { sizes: [whole(1)], dtype: 'int32' } as const;
      const k = call.step('Reshape', [call.value(1), intsValue([1])], one, { int64: [1] });
      const results = [
        { sizes, dtype: call.dtype(0) },
        { sizes, dtype: 'int32' },
      ] as const;
      return call.end('TopK', [call.value(0), k], results, { int64: [1], made64: [1] });
    },
  },
  Where: {
    decides: [0],
    record: (call) => {
      const rank = call.sizes(0).length;
      const count = unknown();
      const found = call.step(
        'NonZero',
        [asBool(call, 0)],
        { sizes: [whole(rank), count], dtype: 'int32' },
        { made64: [0] },
      );
      const result = { sizes: [count, whole(rank)], dtype: 'int32' } as const;
      return call.end('Transpose', [found], [result], { attributes: { perm: [1, 0] } });
    },
  },
  NonMaxSuppressionV2: suppression,
  NonMaxSuppressionV3: suppression,
  NonMaxSuppressionV5: {
    decides: [0, 1],
    record: (call) => {
      const [indices] = kept(call);
      const sizes = 'sizes' in indices ? indices.sizes : indices.shape.map(whole);
      const value = 'value' in indices ? indices.value : call.backend.shaped(indices);
      const result = { sizes, dtype: call.dtype(1) };
      return [indices, ...call.end('Gather', [call.value(1), value], [result])];
    },
  },
};
