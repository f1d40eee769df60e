import type * as tf from '@tensorflow/tfjs';
import { attribute } from './converter.ts';
import { intsValue, withSizes, type OpenValue } from './open.ts';
import type { OpenCall } from './open-call.ts';
import { refused } from './refuse.ts';
import { numberOf, plus, product, unknown, whole, type Size } from './sizes.ts';

/** Ops of graph models that move elements, on values that are as large as a run says. */

/** How an op is recorded, and the inputs on whose numbers the size of its result depends. */
export interface OpenOp {
  readonly decides?: readonly number[];
  record(call: OpenCall): readonly (tf.Tensor | OpenValue)[];
}

/** Sizes with another one in a place. */
const replaced = (sizes: readonly Size[], at: number, by: readonly Size[]): Size[] => [
  ...sizes.slice(0, at),
  ...by,
  ...sizes.slice(at + 1),
];

/** The size that −1 stands for in the shape of a reshape. */
function left(all: readonly Size[], stated: readonly Size[]): Size {
  const total = product(all);
  const others = numberOf(product(stated.filter((size) => numberOf(size) !== -1)));
  const parts = [total.base, ...total.factors.values()];
  if (!others || parts.some((n) => n % others !== 0)) return unknown();
  const factors = Array.from(total.factors, ([of, n]) => [of, n / others] as const);
  return { base: total.base / others, factors: new Map(factors) };
}

const pad: OpenOp = {
  decides: [1],
  record: (call) => {
    const sizes = call.sizes(0);
    const rank = sizes.length;
    const ends = call.integers(1);
    const dtype = call.dtype(0);
    // By rows [before, after] there, all before and then all after here.
    const turned = call.step(
      'Transpose',
      [call.value(1)],
      { sizes: [whole(2), whole(rank)], dtype: 'int32' },
      { attributes: { perm: [1, 0] } },
    );
    const pads = call.step(
      'Reshape',
      [turned, intsValue([2 * rank])],
      { sizes: [whole(2 * rank)], dtype: 'int32' },
      { int64: [1] },
    );
    const padded = sizes.map((size, i) => plus(plus(size, ends[2 * i]), ends[2 * i + 1]));
    return call.end('Pad', [call.value(0), pads], [{ sizes: padded, dtype }], { int64: [1] });
  },
};

const slice: OpenOp = {
  decides: [1, 2],
  record: (call) => {
    const [begin, size] = [call.integers(1), call.integers(2)];
    const one = { sizes: [whole(begin.length)], dtype: 'int32' } as const;
    const rest = call.step('Equal', [call.value(2), intsValue([-1])], { ...one, dtype: 'bool' });
    const sum = call.step('Add', [call.value(1), call.value(2)], one);
    const ends = call.step('Where', [rest, intsValue([2 ** 31 - 1]), sum], one);
    const sizes = call.sizes(0).map((all, i) => {
      const n = numberOf(size[i]);
      // −1, all that follows, may come out too where it is not known.
      if (n === undefined) return unknown();
      return n < 0 ? plus(all, begin[i], -1) : whole(n);
    });
    const inputs = [call.value(0), call.value(1), ends];
    return call.end('Slice', inputs, [{ sizes, dtype: call.dtype(0) }]);
  },
};

/** Each op by its name. */
export const openShapes: Readonly<Record<string, OpenOp>> = {
  Shape: {
    record: (call) => {
      const sizes = call.sizes(0);
      const result = { sizes: [whole(sizes.length)], dtype: 'int32' } as const;
      const [shape] = call.end('Shape', [call.value(0)], [result], { made64: [0] });
      return [withSizes(call.backend, shape as tf.Tensor, sizes)];
    },
  },
  GatherV2: {
    record: (call) => {
      const sizes = call.sizes(0);
      const axis = call.axis(2, sizes.length);
      if (attribute(call.node, 'batchDims'))
        throw refused(call.node, 'batch dimensions are not open');
      const result = { sizes: replaced(sizes, axis, call.sizes(1)), dtype: call.dtype(0) };
      const inputs = [call.value(0), call.value(1)];
      return call.end('Gather', inputs, [result], { attributes: { axis } });
    },
  },
  ConcatV2: {
    record: (call) => {
      const parts = Array.from({ length: call.count - 1 }, (_, i) => i);
      const first = call.sizes(0);
      const axis = call.axis(call.count - 1, first.length);
      const along = parts.reduce((sum, i) => plus(sum, call.sizes(i)[axis]), whole(0));
      const result = { sizes: replaced(first, axis, [along]), dtype: call.dtype(0) };
      const inputs = parts.map((i) => call.value(i));
      return call.end('Concat', inputs, [result], { attributes: { axis } });
    },
  },
  Split: {
    record: (call) => {
      const sizes = call.sizes(1);
      const axis = call.axis(0, sizes.length);
      const parts = attribute(call.node, 'numOrSizeSplits') as number;
      const all = numberOf(sizes[axis]);
      if (all === undefined) throw refused(call.node, 'what it splits is as large as a run says');
      const one = { sizes: replaced(sizes, axis, [whole(all / parts)]), dtype: call.dtype(1) };
      const results = Array.from({ length: parts }, () => one);
      const attributes = { axis, num_outputs: parts };
      return call.end('Split', [call.value(1)], results, { attributes });
    },
  },
  Squeeze: {
    record: (call) => {
      const sizes = call.sizes(0);
      const named = attribute(call.node, 'axis') as readonly number[] | undefined;
      const ones = sizes.flatMap((size, i) => (numberOf(size) === 1 ? [i] : []));
      const axes = named?.length ? named.map((a) => (a < 0 ? a + sizes.length : a)) : ones;
      const kept = sizes.filter((_, i) => !axes.includes(i));
      const inputs = [call.value(0), intsValue(axes)];
      return call.end('Squeeze', inputs, [{ sizes: kept, dtype: call.dtype(0) }], { int64: [1] });
    },
  },
  ExpandDims: {
    record: (call) => {
      const sizes = call.sizes(0);
      const axis = call.axis(1, sizes.length + 1);
      const result = {
        sizes: [...sizes.slice(0, axis), whole(1), ...sizes.slice(axis)],
        dtype: call.dtype(0),
      };
      return call.end('Unsqueeze', [call.value(0), intsValue([axis])], [result], { int64: [1] });
    },
  },
  Reshape: {
    decides: [1],
    record: (call) => {
      const stated = call.integers(1);
      const rest = left(call.sizes(0), stated);
      const sizes = stated.map((size) => (numberOf(size) === -1 ? rest : size));
      // Without the flag 0 means "as in the input"; with it there may be no −1.
      const attributes = sizes.includes(rest) ? {} : { allowzero: 1 };
      const result = { sizes, dtype: call.dtype(0) };
      const inputs = [call.value(0), call.value(1)];
      return call.end('Reshape', inputs, [result], { attributes, int64: [1] });
    },
  },
  Fill: {
    decides: [0],
    record: (call) => {
      const result = { sizes: call.integers(0), dtype: call.dtype(1) };
      return call.end('Expand', [call.value(1), call.value(0)], [result], { int64: [1] });
    },
  },
  Range: {
    decides: [0, 1, 2],
    record: (call) => {
      const [start, limit, delta] = [0, 1, 2].map((i) => call.integers(i)[0]);
      const length = numberOf(delta) === 1 ? plus(limit, start, -1) : unknown();
      const inputs = [0, 1, 2].map((i) => call.value(i));
      return call.end('Range', inputs, [{ sizes: [length], dtype: call.dtype(0) }]);
    },
  },
  Pad: pad,
  PadV2: {
    ...pad,
    record: (call) => {
      if (call.known(2)[0] === 0) return pad.record(call);
      throw refused(call.node, 'what is as large as a run says is padded with 0 alone');
    },
  },
  Slice: slice,
};
