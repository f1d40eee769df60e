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
    covers: ['EluGrad', 'ReluGrad', 'Relu6Grad', 'Select', 'Prelu'],
    shapes: 'float32, ranks 0–4',
    examples: fc.tuple(seeds, shapes()).map(([seed, shape]): Example => ({
      given: { x: float(seed, shape), alpha: float(seed + 1, []) },
      step: (inputs) => {
        const functions: Readonly<Record<string, (t: Tensors) => tf.Tensor>> = {
          elu: ({ x }) => tf.elu(x),
          selu: ({ x }) => tf.selu(x),
          relu: ({ x }) => tf.relu(x),
          // The inputs reach ±3; scaled, some lie above 6.
          relu6: ({ x }) => tf.relu6(tf.mul(x, 4)),
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
