import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  bool,
  float,
  int,
  seeds,
  shapes,
  type Example,
  type Family,
  type Tensors,
} from '../examples.ts';

/** Elementwise functions of two tensors. */

/** Two shapes that broadcast to each other: sides set to 1, leading axes dropped. */
export const broadcastable = shapes(0, 4).chain((shape) =>
  fc
    .tuple(
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      fc.integer({ min: 0, max: shape.length }),
      fc.boolean(),
    )
    .map(([ones, drop, swap]): [number[], number[]] => {
      const other = shape.map((d, i) => (ones[i] ? 1 : d)).slice(drop);
      return swap ? [other, shape] : [shape, other];
    }),
);

const arithmetic = {
  Add: tf.add,
  Sub: tf.sub,
  Multiply: tf.mul,
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  SquaredDifference: tf.squaredDifference,
  FloorDiv: tf.floorDiv,
  Mod: tf.mod,
  Greater: tf.greater,
  GreaterEqual: tf.greaterEqual,
  Less: tf.less,
  LessEqual: tf.lessEqual,
  Equal: tf.equal,
  NotEqual: tf.notEqual,
} as const;

const pairs = (a: tf.Tensor, b: tf.Tensor, functions: object): Tensors =>
  Object.fromEntries(
    Object.entries(functions as Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>).map(
      ([name, f]) => [name, f(a, b)],
    ),
  );

export const binaryFamilies: readonly Family[] = [
  {
    name: 'arithmetic and comparisons of floats broadcast as eager ones do',
    covers: Object.keys(arithmetic),
    shapes: 'float32, two shapes of ranks 0–4 that broadcast',
    examples: fc.tuple(seeds, broadcastable).map(([seed, [p, q]]): Example => ({
      given: { a: float(seed, p), b: float(seed + 1, q) },
      step: ({ a, b }) => ({
        ...pairs(a, b, arithmetic),
        RealDiv: tf.div(a, b),
        Atan2: tf.atan2(a, b),
      }),
    })),
  },
  {
    name: 'arithmetic of integers, division and remainder by zero included',
    covers: Object.keys(arithmetic),
    shapes: 'int32, two shapes that broadcast',
    examples: fc.tuple(seeds, broadcastable).map(([seed, [p, q]]): Example => ({
      given: { a: int(seed, p), b: int(seed + 1, q, -3, 4) },
      step: ({ a, b }) => ({
        ...pairs(a, b, { ...arithmetic, Mod: tf.add }),
        // The CPU backend's remainder by 0 is NaN written to an integer: 0.
        mod: tf.mod(a, b),
      }),
    })),
  },
  {
    name: 'large integers divide and multiply exactly',
    covers: ['FloorDiv', 'Mod', 'Multiply', 'BitwiseAnd'],
    shapes: 'int32 up to ±2³¹',
    examples: seeds.map((seed): Example => ({
      given: { a: int(seed, [17], -(2 ** 31), 2 ** 31), b: int(seed + 1, [17], 1, 2 ** 20) },
      step: ({ a, b }) => ({
        floorDiv: tf.floorDiv(a, b),
        mod: tf.mod(a, b),
        and: tf.engine().runKernel<tf.Tensor>('BitwiseAnd', { a, b }),
        product: tf.mul(tf.floorDiv(a, tf.scalar(4096, 'int32')), b),
      }),
    })),
  },
  {
    name: 'powers, quotients and angles agree with eager',
    covers: ['Pow', 'RealDiv', 'Atan2'],
    shapes: 'float32, two shapes that broadcast',
    examples: fc.tuple(seeds, broadcastable).map(([seed, [p, q]]): Example => ({
      given: { a: float(seed, p, 0.1, 3), b: float(seed + 1, q), c: float(seed + 2, p) },
      step: ({ a, b, c }) => ({ pow: tf.pow(a, b), div: tf.div(c, a), atan2: tf.atan2(c, b) }),
    })),
  },
  {
    name: 'angles on the axes agree with eager',
    covers: ['Atan2'],
    shapes: 'float32, signs and zeros',
    runs: 1,
    examples: fc.constant<Example>({
      given: {
        a: { shape: [9], dtype: 'float32', values: [0, 0, 0, 1, 1, 1, -1, -1, -1] },
        b: { shape: [9], dtype: 'float32', values: [0, 1, -1, 0, 1, -1, 0, 1, -1] },
      },
      step: ({ a, b }) => ({ angle: tf.atan2(a, b) }),
    }),
  },
  {
    name: 'logic agrees with eager',
    covers: ['LogicalAnd', 'LogicalOr', 'LogicalNot', 'Equal', 'NotEqual'],
    shapes: 'bool, two shapes that broadcast',
    examples: fc.tuple(seeds, broadcastable).map(([seed, [p, q]]): Example => ({
      given: { a: bool(seed, p), b: bool(seed + 1, q) },
      step: ({ a, b }) => ({
        and: tf.logicalAnd(a, b),
        or: tf.logicalOr(a, b),
        xor: tf.logicalXor(a, b),
        not: tf.logicalNot(a),
        equal: tf.equal(a, b),
        differ: tf.notEqual(a, b),
        less: tf.less(a, b),
      }),
    })),
  },
];
