import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  float,
  int,
  seeds,
  withGradients,
  type Example,
  type Family,
  type Given,
} from '../examples.ts';
import { relaid } from './layout.ts';
import { as4, both, windows } from './window.ts';

/** Programs that TensorFlow.js runs and that are easily forgotten: rare ranks, formats and numbers. */

const side = fc.integer({ min: 1, max: 5 });
const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

/** Some of the numbers replaced by NaN: the first, the last, some between, or all. */
function withNaN(x: Given, seed: number): Given {
  const chosen = [
    (i: number) => i === 0,
    (i: number) => i === x.values.length - 1,
    (i: number) => (i * 7 + seed) % 5 === 0,
    () => true,
  ][seed % 4];
  return { ...x, values: x.values.map((value, i) => (chosen(i) ? NaN : value)) };
}

export const asEagerFamilies: readonly Family[] = [
  {
    name: 'matrix products of unequal ranks agree with eager',
    covers: ['BatchMatMul'],
    shapes: 'float32 and int32, [m, k] with [b, 2, k, n] and the like',
    examples: fc.tuple(seeds, side, side, side, side).map(([seed, m, k, n, b]): Example => ({
      given: {
        a: float(seed, [m, k]),
        t: float(seed + 4, [k, m]),
        p: float(seed + 1, [b, 2, k, n]),
        q: float(seed + 2, [2, n, k]),
        i: int(seed, [3, m, k], -9, 9),
        j: int(seed + 3, [k, n], -9, 9),
      },
      step: ({ a, t, p, q, i, j }) => ({
        low: tf.matMul(a, p),
        lowTurned: tf.matMul(t, p, true),
        high: tf.matMul(p, a, true, true),
        three: tf.matMul(q, p, true, true),
        ints: tf.matMul(i, j),
        intsTurned: tf.matMul(j, i, true, true),
      }),
    })),
  },
  {
    name: 'products of integers beyond the precision of floats agree with eager',
    covers: ['BatchMatMul'],
    shapes: 'int32 up to 2³⁰',
    runs: 2,
    // By hand: 16777219 · 1 + 2 · 3 = 16777225, which float32 does not have.
    examples: fc.constant({
      given: {
        a: { shape: [1, 2], dtype: 'int32', values: [16_777_219, 2] },
        b: { shape: [2, 1], dtype: 'int32', values: [1, 3] },
      },
      step: ({ a, b }) => {
        // Typed float32, the sum would be one of floats.
        const y = tf.add(tf.matMul(a, b), tf.scalar(0, 'int32'));
        return { y, right: tf.cast(tf.equal(y, tf.scalar(16_777_225, 'int32')), 'int32') };
      },
    } satisfies Example),
    tolerance: { rtol: 0, atol: 0 },
  },
  {
    name: 'convolutions with channels first and their gradients agree with eager',
    covers: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    shapes: 'float32 NCHW [1–2, 3 | 16, 5–8, 5–9], stride 1–3, dilation 1–2, same and valid',
    examples: fc.tuple(windows, fc.constantFrom(3, 16)).map(([w, c]): Example => ({
      given: {
        x: float(w.seed, [w.n, c, ...w.size]),
        f: float(w.seed + 1, [...w.kernel, c, 4]),
      },
      step: withGradients(
        ({ x, f }) =>
          tf.conv2d(
            as4(x),
            as4(f),
            w.stride,
            w.pad === 'same' ? 'same' : 'valid',
            'NCHW',
            w.dilation,
          ),
        ['x', 'f'],
      ),
    })),
  },
  {
    name: 'fused convolutions with channels first, or one bias for all, agree with eager',
    covers: ['FusedConv2D', 'FusedDepthwiseConv2D'],
    shapes:
      'float32 NCHW and NHWC [1–2, 5–8, 5–9, 3 | 16], bias of [C], [1] and [], every activation',
    examples: fc
      .tuple(windows, fc.constantFrom(3, 16))
      .map(([{ seed, n, size, stride }, c]): Example => ({
        given: {
          x: float(seed, [n, ...size, c]),
          f: float(seed + 1, [3, 3, c, c]),
          d: float(seed + 4, [3, 3, c, 1]),
          b: float(seed + 2, [c]),
          one: float(seed + 3, [1]),
        },
        step: ({ x, f, d, b, one }) => {
          const first = as4(tf.transpose(x, [0, 3, 1, 2]));
          const convolved = (activation: (typeof activations)[number]) => {
            const common = {
              filter: as4(f),
              strides: stride,
              pad: 'same' as const,
              activation,
              leakyreluAlpha: 0.2,
              ...(activation === 'prelu' && { preluActivationWeights: b }),
            };
            const scalar = tf.reshape(one, []);
            return {
              nchw: tf.fused.conv2d({ ...common, x: first, bias: b, dataFormat: 'NCHW' }),
              'nchw one': tf.fused.conv2d({ ...common, x: first, bias: one, dataFormat: 'NCHW' }),
              one: tf.fused.conv2d({ ...common, x: as4(x), bias: one }),
              scalar: tf.fused.conv2d({ ...common, x: as4(x), bias: scalar }),
              depthwise: tf.fused.depthwiseConv2d({
                ...common,
                filter: as4(d),
                x: as4(x),
                bias: scalar,
              }),
            };
          };
          return Object.assign(
            {},
            ...activations.map((name) => both(name, () => convolved(name), {})),
          ) as Record<string, tf.Tensor>;
        },
      })),
  },
  {
    name: 'extremes, signs and steps of NaN agree with eager',
    covers: [
      'Max',
      'Min',
      'Maximum',
      'Minimum',
      'Sign',
      'Step',
      'ArgMax',
      'ArgMin',
      'Relu',
      'Relu6',
    ],
    shapes: 'float32 [2, 3, 4, 16], with NaN and infinities, channels last, first and blocked',
    runs: 12,
    examples: seeds.map((seed): Example => {
      const shape = [2, 3, 4, 16];
      const infinite = float(seed + 1, shape);
      const values = infinite.values.map((v, i) =>
        i % 6 === 2 ? Infinity : i % 6 === 4 ? -Infinity : v,
      );
      return {
        given: {
          x: withNaN(float(seed, shape), seed),
          y: { ...infinite, values },
          row: withNaN(float(seed, [13]), seed + 1),
        },
        step: ({ x, y, row }) => ({
          ...Object.fromEntries(
            [[0], [3], [1, 2], [0, 1, 2], [0, 1, 2, 3]].flatMap((axes) => [
              [`max ${axes.join()}`, tf.max(x, axes)],
              [`min ${axes.join()}`, tf.min(x, axes, true)],
              [`infinite max ${axes.join()}`, tf.max(y, axes)],
              [`infinite min ${axes.join()}`, tf.min(y, axes)],
              [`blocked max ${axes.join()}`, tf.max(tf.neg(relaid(x)), axes)],
            ]),
          ),
          ...Object.fromEntries(
            [0, 1, 3].flatMap((axis) => [
              [`argMax ${axis}`, tf.argMax(x, axis)],
              [`argMin ${axis}`, tf.argMin(x, axis)],
              [`blocked argMax ${axis}`, tf.argMax(relaid(x), axis)],
            ]),
          ),
          first: tf.argMax(row),
          least: tf.argMin(row),
          maximum: tf.maximum(x, y),
          minimum: tf.minimum(y, x),
          sign: tf.sign(x),
          step: tf.step(x),
          slope: tf.step(x, 0.25),
          relu: tf.relu(relaid(x)),
          relu6: tf.relu6(relaid(x)),
        }),
      };
    }),
  },
  {
    name: 'indices counted from the end of the shape, or in one dimension, agree with eager',
    covers: ['GatherV2', 'ScatterNd', 'TensorScatterUpdate', 'Bincount'],
    shapes: 'float32 and int32; negative batch dimensions; indices of rank 1; bincount of rank 2',
    examples: seeds.map((seed): Example => ({
      given: {
        t: float(seed, [2, 3, 4]),
        i: int(seed, [2, 3], 0, 3),
        j: int(seed, [2, 3, 2], 0, 4),
        at: int(seed, [4], 0, 6),
        rows: float(seed, [4, 2]),
        counts: float(seed, [4]),
        base: float(seed, [6, 2]),
        ids: int(seed, [3, 5], 0, 6),
        weights: float(seed, [3, 5]),
      },
      step: ({ t, i, j, at, rows, counts, base, ids, weights }) => ({
        one: tf.gather(t, i, 1, -1),
        two: tf.gather(t, j, 2, -1),
        scatter: tf.scatterND(at, rows, [6, 2]),
        flat: tf.scatterND(at, counts, [6]),
        update: tf.tensorScatterUpdate(base, tf.tensor1d([5, 0], 'int32'), rows.slice(0, 2)),
        counted: tf.bincount(ids as tf.Tensor1D, weights as tf.Tensor1D, 7),
        plain: tf.bincount(ids as tf.Tensor1D, tf.tensor1d([]), 7),
      }),
    })),
  },
  {
    name: 'transposed convolutions of more than a convolution of their result agree with eager',
    covers: ['Conv2DBackpropInput'],
    shapes: 'float32 [1, 8, 8, 2 | 16] to 4 × 4 by filters of 4–8, stride 1–2, same and valid',
    examples: fc
      .tuple(
        seeds,
        fc.integer({ min: 4, max: 8 }),
        fc.constantFrom(1, 2),
        fc.constantFrom(2, 16),
        fc.constantFrom('same' as const, 'valid' as const),
      )
      .filter(([, kernel, , , pad]) => pad === 'same' || kernel <= 4)
      .map(([seed, kernel, stride, c, pad]): Example => ({
        given: { x: float(seed, [1, 8, 8, c]), w: float(seed + 1, [kernel, kernel, c, c]) },
        step: ({ x, w }) => ({
          y: tf.conv2dTranspose(as4(x), as4(w), [1, 4, 4, c], stride, pad),
        }),
      })),
  },
  {
    name: 'pools whose padding is as wide as their window agree with eager',
    covers: ['MaxPool', 'AvgPool', 'MaxPoolGrad'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16], window 1–2, padding 1–2',
    runs: 10,
    examples: fc
      .tuple(windows, fc.constantFrom(3, 16), fc.constantFrom([1, 1], [1, 2], [2, 2]))
      .map(([{ seed, n, size, stride }, c, [window, pad]]): Example => {
        const max = (x: tf.Tensor) => tf.maxPool(as4(x), window, stride, pad, 'floor');
        return {
          given: { x: float(seed, [n, ...size, c]) },
          step: (inputs) => ({
            ...both(
              'max',
              withGradients(({ x }) => tf.maximum(max(x), -9), ['x']),
              inputs,
            ),
            bare: max(relaid(inputs['x'])),
            mean: tf.avgPool(as4(inputs['x']), window, stride, pad, 'floor'),
          }),
        };
      }),
  },
];
