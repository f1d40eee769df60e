import '../src/index.ts';
import { expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { float, int, withGradients, type Given, type Tensors } from './examples.ts';
import { captured, checkFamily, checkGradient, eager } from './parity.ts';

/**
 * Gradients against central differences on the plain CPU backend, and captured against eager. Ours
 * replace those of TensorFlow.js that are wrong or missing (docs/decisions/0003-tfjs-quirks.md).
 */

interface Case {
  readonly name: string;
  readonly f: (inputs: Tensors) => tf.Tensor;
  readonly given: Readonly<Record<string, Given>>;
  readonly to: readonly string[];
}

const image = float(1, [2, 4, 5, 3]);
const as4 = (x: tf.Tensor) => x as tf.Tensor4D;
const cases: readonly Case[] = [];
const add = (
  name: string,
  given: Readonly<Record<string, Given>>,
  f: (inputs: Tensors) => tf.Tensor,
  to: readonly string[] = Object.keys(given).filter((k) => given[k].dtype === 'float32'),
): void => void (cases as Case[]).push({ name, f, given, to });

// --- Windows and space --------------------------------------------------------------------------
const filter = float(2, [3, 3, 3, 2]);
add('conv2d, stride 2', { x: image, w: filter }, ({ x, w }) =>
  tf.conv2d(as4(x), as4(w), 2, 'same'),
);
add('conv2d, dilation 2', { x: image, w: filter }, ({ x, w }) =>
  tf.conv2d(as4(x), as4(w), 1, 'same', 'NHWC', 2),
);
add('conv2dTranspose', { x: image, w: float(2, [3, 3, 2, 3]) }, ({ x, w }) =>
  tf.conv2dTranspose(as4(x), as4(w), [2, 8, 10, 2], 2, 'same'),
);
add('depthwiseConv2d, stride 2', { x: image, w: filter }, ({ x, w }) =>
  tf.depthwiseConv2d(as4(x), as4(w), 2, 'same'),
);
add('depthwiseConv2d, dilation 2', { x: image, w: filter }, ({ x, w }) =>
  tf.depthwiseConv2d(as4(x), as4(w), 1, 'same', 'NHWC', 2),
);
add('avgPool with a clipped border', { x: image }, ({ x }) => tf.avgPool(as4(x), 3, 2, 'same'));
const volume = float(1, [2, 3, 4, 5, 2]);
const as5 = (x: tf.Tensor) => x as tf.Tensor5D;
add('conv3d, stride 2', { x: volume, w: float(2, [2, 3, 2, 2, 3]) }, ({ x, w }) =>
  tf.conv3d(as5(x), as5(w), 2, 'same'),
);
add('avgPool3d with a clipped border', { x: volume }, ({ x }) =>
  tf.avgPool3d(as5(x), 3, 2, 'same'),
);
add('maxPool3d', { x: volume }, ({ x }) => tf.maxPool3d(as5(x), 2, 2, 'same'));
add('dilation2d', { x: image, w: float(2, [2, 3, 3]) }, ({ x, w }) =>
  tf.dilation2d(as4(x), w as tf.Tensor3D, 1, 'same'),
);
add('maxPool', { x: image }, ({ x }) => tf.maxPool(as4(x), 2, 2, 'same'));
for (const [corners, centres] of [
  [false, false],
  [true, false],
  [false, true],
] as const) {
  add(`resizeBilinear, corners ${corners}, centres ${centres}`, { x: image }, ({ x }) =>
    tf.image.resizeBilinear(as4(x), [7, 3], corners, centres),
  );
  add(`resizeNearestNeighbor, corners ${corners}, centres ${centres}`, { x: image }, ({ x }) =>
    tf.image.resizeNearestNeighbor(as4(x), [7, 3], corners, centres),
  );
}
add('resizeNearestNeighbor to one row', { x: image }, ({ x }) =>
  tf.image.resizeNearestNeighbor(as4(x), [1, 4], true),
);
add('mirrorPad reflect', { x: image }, ({ x }) =>
  tf.mirrorPad(
    x,
    [
      [0, 0],
      [2, 1],
      [3, 0],
      [0, 0],
    ],
    'reflect',
  ),
);
add('mirrorPad symmetric', { x: image }, ({ x }) =>
  tf.mirrorPad(
    x,
    [
      [0, 0],
      [2, 4],
      [0, 5],
      [1, 0],
    ],
    'symmetric',
  ),
);
add('pad', { x: image }, ({ x }) =>
  tf.pad(
    x,
    [
      [0, 0],
      [2, 1],
      [3, 0],
      [0, 0],
    ],
    2,
  ),
);
add('depthToSpace', { x: float(1, [1, 2, 3, 8]) }, ({ x }) => tf.depthToSpace(as4(x), 2));
add('spaceToBatchND', { x: image }, ({ x }) =>
  tf.spaceToBatchND(
    x,
    [2, 1],
    [
      [0, 0],
      [0, 0],
    ],
  ),
);
add('localResponseNormalization', { x: image }, ({ x }) =>
  tf.localResponseNormalization(as4(x), 1, 1, 0.5, 0.75),
);

// --- Indices, order and products -------------------------------------------------------------------
const rows = float(3, [3, 4]);
add('cumsum along the first axis', { x: rows }, ({ x }) => tf.cumsum(x, 0));
add('cumsum of rank 3 along the first axis', { x: float(3, [2, 3, 4]) }, ({ x }) =>
  tf.cumsum(x, 0, true, true),
);
add('cumsum along the last axis, exclusive', { x: rows }, ({ x }) => tf.cumsum(x, 1, true));
add('gather with repeated rows', { x: rows, i: int(1, [5], 0, 3) }, ({ x, i }) => tf.gather(x, i));
add('gather along the last axis', { x: rows, i: int(1, [2, 3], 0, 4) }, ({ x, i }) =>
  tf.gather(x, i, 1),
);
add(
  'gather with a batch dimension',
  { x: float(3, [2, 3, 4]), i: int(1, [2, 5], 0, 3) },
  ({ x, i }) => tf.gather(x, i, 1, 1),
);
add('unsortedSegmentSum', { x: rows, i: int(1, [3], 0, 4) }, ({ x, i }) =>
  tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4),
);
add('prod', { x: rows }, ({ x }) => tf.prod(x, 1));
add('einsum', { a: rows, b: float(4, [4, 2]) }, ({ a, b }) => tf.einsum('ij,jk->ki', a, b));
add(
  'einsum over a label of one operand',
  { a: float(3, [2, 3, 4]), b: float(4, [2, 5]) },
  ({ a, b }) => tf.einsum('bij,bk->ki', a, b),
);
add('gatherND', { x: rows, i: int(1, [5, 2], 0, 3) }, ({ x, i }) => tf.gatherND(x, i));
add('scatterND', { x: rows, i: int(1, [3, 1], 0, 4) }, ({ x, i }) => tf.scatterND(i, x, [4, 4]));
add('divNoNan', { a: rows, b: float(7, [3, 4]) }, ({ a, b }) => tf.divNoNan(a, b));
add('matMul, both transposed', { a: float(3, [4, 3]), b: float(4, [2, 4]) }, ({ a, b }) =>
  tf.matMul(a, b, true, true),
);
add('max over an axis', { x: rows }, ({ x }) => tf.max(x, 1));
add(
  'stack, unstack, split, concat, reverse, tile',
  { x: rows, y: float(9, [3, 4]) },
  ({ x, y }) => {
    const [first, second] = tf.unstack(tf.stack([x, y], 1), 1);
    const [a, b] = tf.split(tf.concat([first, tf.mul(second, 2)], 1), [3, 5], 1);
    return tf.concat([tf.tile(tf.reverse(a, 1), [1, 2]), tf.slice(b, [0, 1], [3, 4])], 1);
  },
);

// --- Functions ------------------------------------------------------------------------------------
const positive = float(5, [3, 4], 0.2, 2);
const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  elu: tf.elu,
  selu: tf.selu,
  relu6: (x) => tf.relu6(tf.mul(x, 4)),
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  tanh: tf.tanh,
  erf: tf.erf,
  softmax: (x) => tf.softmax(x as tf.Tensor2D),
  logSoftmax: (x) => tf.logSoftmax(x),
  abs: tf.abs,
  square: tf.square,
  exp: tf.exp,
  expm1: tf.expm1,
  sin: tf.sin,
  cos: tf.cos,
  atan: tf.atan,
  sinh: tf.sinh,
  asinh: tf.asinh,
  logSumExp: (x) => tf.logSumExp(x, 1),
  moments: (x) => tf.moments(x, 0).variance,
  norm: (x) => tf.norm(x),
  clip: (x) => tf.clipByValue(x, -1, 1),
  softsign: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
  gelu: (x) => tf.mul(x, tf.erf(x)),
  mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
};
for (const [name, f] of Object.entries(functions))
  add(name, { x: float(6, [3, 4]) }, ({ x }) => f(x));
for (const [name, f] of Object.entries({
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  log: tf.log,
  log1p: tf.log1p,
  reciprocal: tf.reciprocal,
})) {
  add(name, { x: positive }, ({ x }) => f(x));
}
add('pow', { a: positive, b: rows }, ({ a, b }) => tf.pow(a, b));
add('atan2', { a: rows, b: positive }, ({ a, b }) => tf.atan2(a, b));
add('div with broadcasting', { a: rows, b: float(7, [4], 0.5, 2) }, ({ a, b }) => tf.div(a, b));
add('prelu', { x: rows, alpha: float(8, [4]) }, ({ x, alpha }) => tf.prelu(x, alpha));
add('where', { a: rows, b: positive }, ({ a, b }) => tf.where(tf.greater(a, 0), a, b));
add('maximum', { a: rows, b: positive }, ({ a, b }) => tf.maximum(a, b));
add('mod', { a: positive, b: float(7, [3, 4], 3, 4) }, ({ a, b }) => tf.mod(a, b));
add('squaredDifference', { a: rows, b: positive }, ({ a, b }) => tf.squaredDifference(a, b));

test.each(cases.map((c) => [c.name, c] as const))('gradient of %s', async (_, { f, given, to }) => {
  // Small steps where the function has kinks, which random numbers are unlikely to meet.
  await checkGradient(f, given, to, { h: 2e-3 });
});

test('relu6 has gradient 0 at both of its corners, as in TensorFlow and PyTorch', async () => {
  const x: Given = { values: [-1, 0, 1, 6, 7], shape: [5], dtype: 'float32' };
  const step = ({ x: t }: Tensors) => ({ dx: tf.grad((v) => tf.relu6(v))(t) });
  for (const result of [
    await eager({ given: { x }, step }),
    await captured({ given: { x }, step }),
  ])
    expect(Array.from(result['dx'])).toEqual([0, 0, 1, 0, 0]);
});

test('all these gradients agree captured and eager', async () => {
  const step = (inputs: Tensors): Tensors =>
    Object.fromEntries(
      cases.flatMap(({ f, given, to }, i) => {
        const own = Object.fromEntries(Object.keys(given).map((k) => [k, inputs[`${i}/${k}`]]));
        return Object.entries(withGradients(f, to)(own)).map(([k, t]) => [
          `${i} ${cases[i].name} ${k}`,
          t,
        ]);
      }),
    );
  const given = Object.fromEntries(
    cases.flatMap((c, i) => Object.entries(c.given).map(([k, v]) => [`${i}/${k}`, v])),
  );
  const { constant } = (await import('fast-check')).default;
  await checkFamily({
    name: '',
    covers: [],
    shapes: '',
    runs: 1,
    examples: constant({ given, step }),
    tolerance: { rtol: 1e-3, atol: 1e-4 },
  });
});
