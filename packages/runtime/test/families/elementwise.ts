import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  bool,
  float,
  int,
  seeds,
  shapes,
  withGradients,
  type Example,
  type Family,
  type Tensors,
} from '../examples.ts';

/** Functions of one tensor, by the interval on which they are defined. */
const onReals = {
  Abs: tf.abs,
  Asinh: tf.asinh,
  Atan: tf.atan,
  Ceil: tf.ceil,
  Cos: tf.cos,
  Cosh: tf.cosh,
  Elu: tf.elu,
  Erf: tf.erf,
  Exp: tf.exp,
  Expm1: tf.expm1,
  Floor: tf.floor,
  LeakyRelu: tf.leakyRelu,
  Neg: tf.neg,
  Relu: tf.relu,
  Relu6: tf.relu6,
  Round: tf.round,
  Selu: tf.selu,
  Sigmoid: tf.sigmoid,
  Sign: tf.sign,
  Sin: tf.sin,
  Sinh: tf.sinh,
  Softplus: tf.softplus,
  Square: tf.square,
  Step: tf.step,
  Tan: tf.tan,
  Tanh: tf.tanh,
  OnesLike: tf.onesLike,
  ZerosLike: tf.zerosLike,
  IsNan: tf.isNaN,
  IsInf: tf.isInf,
  IsFinite: tf.isFinite,
  Identity: (x: tf.Tensor) => tf.clone(x),
  ClipByValue: (x: tf.Tensor) => tf.clipByValue(x, -1, 1),
} as const;
const onPositives = {
  Log: tf.log,
  Log1p: tf.log1p,
  Reciprocal: tf.reciprocal,
  Rsqrt: tf.rsqrt,
  Sqrt: tf.sqrt,
} as const;

const onIntegers = {
  Abs: tf.abs,
  Neg: tf.neg,
  Relu: tf.relu,
  Relu6: tf.relu6,
  Sign: tf.sign,
  Square: tf.square,
  Step: tf.step,
  ClipByValue: onReals.ClipByValue,
  OnesLike: tf.onesLike,
  ZerosLike: tf.zerosLike,
} as const;

type Functions = Readonly<Record<string, (x: never) => tf.Tensor>>;

const all = (x: tf.Tensor, functions: Functions): Tensors =>
  Object.fromEntries(
    Object.entries(functions).map(([name, f]) => [name, (f as (t: tf.Tensor) => tf.Tensor)(x)]),
  );

const unary = (name: string, functions: Functions, low: number, high: number): Family => ({
  name,
  covers: Object.keys(functions),
  shapes: `float32, ranks 0–4, in [${low}, ${high})`,
  examples: fc.tuple(seeds, shapes()).map(([seed, shape]): Example => ({
    given: { x: float(seed, shape, low, high) },
    step: ({ x }) => all(x, functions),
  })),
});

const inputOfType = fc.constantFrom('float32', 'int32', 'bool');
const given = (type: string, seed: number, shape: readonly number[]) =>
  type === 'float32' ? float(seed, shape) : type === 'int32' ? int(seed, shape) : bool(seed, shape);

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

export const elementwiseFamilies: readonly Family[] = [
  unary('functions of one float tensor agree with eager', onReals, -3, 3),
  unary('functions of positive numbers agree with eager', onPositives, 0.01, 5),
  unary(
    'functions on [-1, 1] agree with eager',
    { Acos: tf.acos, Asin: tf.asin, Atanh: tf.atanh },
    -0.95,
    0.95,
  ),
  unary('functions above 1 agree with eager', { Acosh: tf.acosh }, 1.01, 6),
  {
    name: 'functions of integers truncate as eager ones do',
    covers: Object.keys(onIntegers),
    shapes: 'int32, ranks 0–4',
    examples: fc.tuple(seeds, shapes()).map(([seed, shape]): Example => ({
      given: { x: int(seed, shape) },
      step: ({ x }) => all(x, onIntegers),
    })),
  },
  {
    name: 'expm1 and log1p keep their digits near zero',
    covers: ['Expm1', 'Log1p'],
    shapes: 'float32 within 1e-3 of 0',
    tolerance: { rtol: 1e-5, atol: 0 },
    examples: seeds.map((seed): Example => ({
      given: { x: float(seed, [9], -1e-3, 1e-3), tiny: float(seed, [9], -1e-9, 1e-9) },
      step: ({ x, tiny }) => ({
        a: tf.expm1(x),
        b: tf.log1p(x),
        c: tf.expm1(tiny),
        d: tf.log1p(tiny),
      }),
    })),
  },
  {
    name: 'not-a-number and infinities are found',
    covers: ['IsNan', 'IsInf', 'IsFinite'],
    shapes: 'float32 with NaN and ±∞, int32',
    runs: 1,
    examples: fc.constant<Example>({
      given: {
        x: { shape: [5], dtype: 'float32', values: [NaN, Infinity, -Infinity, 0, 1] },
        i: { shape: [2], dtype: 'int32', values: [0, 7] },
      },
      step: ({ x, i }) => ({
        nan: tf.isNaN(x),
        inf: tf.isInf(x),
        finite: tf.isFinite(x),
        n: tf.isNaN(i),
        f: tf.isFinite(i),
      }),
    }),
  },
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
        and: tf.engine().runKernel('BitwiseAnd', { a, b }) as tf.Tensor,
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
  {
    name: 'casts between all types agree with eager',
    covers: ['Cast'],
    shapes: 'float32, int32 and bool, ranks 0–4',
    examples: fc.tuple(seeds, shapes(), inputOfType).map(([seed, shape, type]): Example => ({
      given: { x: given(type, seed, shape) },
      step: ({ x }) => ({
        float: tf.cast(x, 'float32'),
        int: tf.cast(x, 'int32'),
        bool: tf.cast(x, 'bool'),
      }),
    })),
  },
  {
    name: 'where, addN and prelu agree with eager',
    covers: ['Select', 'AddN', 'Prelu'],
    shapes: 'float32, ranks 1–4; where: broadcasting condition',
    examples: fc.tuple(seeds, shapes(1)).map(([seed, shape]): Example => ({
      given: {
        c: bool(seed, shape),
        a: float(seed + 1, shape),
        b: float(seed + 2, shape),
        alpha: float(seed + 3, shape.slice(-1)),
      },
      step: ({ c, a, b, alpha }) => ({
        where: tf.where(c, a, b),
        scalar: tf.where(c, a, tf.scalar(3)),
        sum: tf.addN([a, b, a]),
        one: tf.addN([a]),
        prelu: tf.prelu(a, alpha),
      }),
    })),
  },
  {
    name: 'activations written as ops agree with eager',
    covers: ['Sigmoid', 'Softplus', 'Tanh', 'Erf'],
    shapes: 'float32, ranks 0–4',
    examples: fc.tuple(seeds, shapes()).map(([seed, shape]): Example => ({
      given: { x: float(seed, shape) },
      step: ({ x }) => ({
        hardSigmoid: tf.clipByValue(tf.add(0.5, tf.mul(0.2, x)), 0, 1),
        softsign: tf.div(x, tf.add(tf.abs(x), 1)),
        swish: tf.mul(x, tf.sigmoid(x)),
        mish: tf.mul(x, tf.tanh(tf.softplus(x))),
        gelu: tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.div(x, Math.SQRT2)))),
        logSigmoid: tf.logSigmoid(x),
      }),
    })),
  },
  {
    name: 'gradients of activations agree with eager',
    covers: ['EluGrad', 'Step', 'Select', 'Prelu'],
    shapes: 'float32, ranks 0–4',
    examples: fc.tuple(seeds, shapes()).map(([seed, shape]): Example => ({
      given: { x: float(seed, shape), alpha: float(seed + 1, []) },
      step: (inputs) => {
        const functions: Readonly<Record<string, (t: Tensors) => tf.Tensor>> = {
          elu: ({ x }) => tf.elu(x),
          selu: ({ x }) => tf.selu(x),
          relu: ({ x }) => tf.relu(x),
          relu6: ({ x }) => tf.relu6(x),
          leakyRelu: ({ x }) => tf.leakyRelu(x, 0.2),
          prelu: ({ x, alpha }) => tf.prelu(x, alpha),
        };
        return Object.fromEntries(
          Object.entries(functions).flatMap(([name, f]) =>
            Object.entries(withGradients(f, ['x'])(inputs)).map(([k, t]) => [`${name} ${k}`, t]),
          ),
        );
      },
    })),
  },
];
