import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { float, int, seeds, withGradients, type Example, type Family } from '../examples.ts';
import { as4, both } from './window.ts';

/** Kernels that few programs call: warps and crops, morphology, sparse tensors, searches. */

const side = fc.integer({ min: 3, max: 6 });
const fills = ['constant', 'reflect', 'wrap', 'nearest'] as const;
const methods = ['nearest', 'bilinear'] as const;

const kernel = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
  tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attrs as never);

/** Rows in rising order. */
const sorted = (seed: number, [rows, columns]: readonly [number, number]) => {
  const given = float(seed, [rows, columns]);
  // Halves, so that values are met exactly.
  const values = Array.from({ length: rows }, (_, r) =>
    given.values
      .slice(r * columns, (r + 1) * columns)
      .map((v) => Math.round(v * 2) / 2)
      .sort((a, b) => a - b),
  ).flat();
  return { ...given, values };
};

export const rarerFamilies: readonly Family[] = [
  {
    name: 'crops, warps and rotations of images agree with eager',
    covers: ['CropAndResize', 'Transform', 'RotateWithOffset'],
    shapes:
      'float32 [1–2, 3–6, 3–6, 1–4], boxes partly outside, crops 1–5, every fill mode, both methods',
    runs: 4,
    examples: fc
      .tuple(seeds, side, side, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }))
      .map(([seed, h, w, crop, c]): Example => ({
        given: {
          x: float(seed, [2, h, w, c]),
          whole: float(seed, [1, h, w, 4], 0, 200),
          boxes: float(seed + 1, [4, 4], -0.2, 1.2),
          at: { shape: [4], dtype: 'int32', values: [1, 0, 2, 1] },
          t: {
            ...float(seed, [1, 8], -0.3, 0.3),
            // Near the identity, with a shift and some perspective.
            values: [1, 0.2, -1.3, -0.1, 0.9, 0.7, 0.01, -0.02].map(
              (v, i) => v + float(seed, [8], -0.05, 0.05).values[i],
            ),
          },
        },
        step: ({ x, whole, boxes, at, t }) => {
          const one = tf.slice(x, [0, 0, 0, 0], [1, h, w, c]) as tf.Tensor4D;
          const moved = t as tf.Tensor2D;
          return {
            ...(Object.fromEntries(
              methods.flatMap((method) => [
                [
                  `crop ${method}`,
                  tf.image.cropAndResize(
                    as4(x),
                    boxes as tf.Tensor2D,
                    at as tf.Tensor1D,
                    [crop, 3],
                    method,
                    0.5,
                  ),
                ],
                ...fills.map((fill) => [
                  `${method} ${fill}`,
                  tf.image.transform(one, moved, method, fill, 0.25, [h + 2, w + 1]),
                ]),
              ]),
            ) as Record<string, tf.Tensor>),
            far: tf.image.transform(one, tf.mul(moved, 3), 'bilinear', 'reflect'),
            rotated: tf.image.rotateWithOffset(as4(x), 0.7, 0.5, [0.3, 0.6]),
            coloured: tf.image.rotateWithOffset(as4(whole), -2, [9, 8, 7]),
          };
        },
      })),
    // A place is computed in float32 here and in float64 there.
    tolerance: { rtol: 1e-3, atol: 1e-3 },
  },
  {
    name: 'dilations with their gradients and pools with places agree with eager',
    covers: [
      'Dilation2D',
      'Dilation2DBackpropInput',
      'Dilation2DBackpropFilter',
      'MaxPoolWithArgmax',
    ],
    shapes: 'float32 [2, 3–6, 3–6, 1–4], window 1–3, stride 1–2, dilation 1–2, same and valid',
    runs: 4,
    examples: fc
      .record({
        ...{ seed: seeds, h: side, w: side, c: fc.integer({ min: 1, max: 4 }) },
        kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
        how: fc.constantFrom([1, 1], [2, 1], [1, 2]),
        pad: fc.constantFrom('same' as const, 'valid' as const),
      })
      .map(({ seed, h, w, c, kernel: window, how: [stride, dilation], pad }): Example => ({
        given: {
          x: float(seed, [2, h, w, c]),
          f: float(seed + 1, [...window, c]),
        },
        step: (inputs) => {
          const fits = dilation === 2 ? 'same' : pad;
          const pool = (all: boolean) =>
            tf.maxPoolWithArgmax(as4(inputs['x']), window, stride, pad, all);
          return {
            ...both(
              'dilation',
              withGradients(
                ({ x, f }) =>
                  tf.dilation2d(as4(x), f as tf.Tensor3D, stride, fits, [dilation, dilation]),
                ['x', 'f'],
              ),
              inputs,
            ),
            greatest: pool(false)['result'],
            at: pool(false)['indexes'],
            'at in the batch': pool(true)['indexes'],
          };
        },
      })),
  },
  {
    name: 'searches, sparse tensors and seeded draws agree with eager',
    covers: [
      'SearchSorted',
      'SparseSegmentSum',
      'SparseSegmentMean',
      'SparseReshape',
      'SparseFillEmptyRows',
      'BroadcastArgs',
      'Multinomial',
      'NonMaxSuppressionV4',
    ],
    shapes:
      'float32 and int32; rows of 0–6 sorted numbers; segments with gaps; shapes with an open size; ' +
      'boxes of any corners, in float32',
    runs: 4,
    examples: fc.tuple(seeds, fc.integer({ min: 0, max: 6 })).map(([seed, n]): Example => ({
      given: {
        row: sorted(seed, [2, n]),
        values: {
          ...float(seed, [2, 5]),
          values: float(seed + 1, [2, 5]).values.map((v) => Math.round(v * 2) / 2),
        },
        data: float(seed, [4, 2, 3]),
        ints: int(seed, [4, 2]),
        at: int(seed, [5], 0, 4),
        places: {
          ...int(seed, [3, 2], 0, 3),
          values: int(seed, [3, 2], 0, 3).values.map((v, i) => (i % 2 ? v % 3 : v % 2)),
        },
        filled: float(seed, [3]),
        other: { shape: [], dtype: 'float32', values: [7] },
        shape: { shape: [2], dtype: 'int32', values: [3, 1] },
        logits: float(seed, [2, 4]),
        boxes: float(seed, [8, 4], 0, 1),
        scores: float(seed, [8], 0, 1),
      },
      step: (t) => {
        const ids = tf.tensor1d([0, 0, 2, 3, 3], 'int32');
        const rows = tf.tensor2d(
          [
            [0, 1],
            [2, 3],
            [2, 0],
          ],
          [3, 2],
          'int32',
        );
        const { sparseReshape, sparseSegmentMean, sparseSegmentSum, sparseFillEmptyRows } =
          tf.sparse;
        const reshaped = sparseReshape(
          t['places'] as tf.Tensor2D,
          tf.tensor1d([2, 3], 'int32'),
          tf.tensor1d([-1, 2], 'int32'),
        );
        const [indices, values, empty, back] = Object.values(
          sparseFillEmptyRows(
            rows,
            t['filled'] as tf.Tensor1D,
            tf.tensor1d([4, 5], 'int32'),
            t['other'] as tf.Scalar,
          ),
        );
        const boxes = (iou: number, score?: number, most = 6) => {
          const found = tf.image.nonMaxSuppressionPadded(
            t['boxes'] as tf.Tensor2D,
            t['scores'] as tf.Tensor1D,
            most,
            iou,
            score,
            true,
          );
          return Object.entries(found).map(([name, y]) => [`${name} ${iou} ${score} ${most}`, y]);
        };
        return {
          ...(Object.fromEntries([
            ...boxes(0.3),
            ...boxes(0, 0.2),
            ...boxes(1, 0.5),
            ...boxes(0.5, 0.1, 12),
          ]) as Record<string, tf.Tensor>),
          lower: tf.lowerBound(t['row'], t['values']),
          upper: tf.upperBound(t['row'], t['values']),
          sum: sparseSegmentSum(t['data'], t['at'] as tf.Tensor1D, ids),
          mean: sparseSegmentMean(t['data'], t['at'] as tf.Tensor1D, ids),
          'sum of ints': sparseSegmentSum(t['ints'], t['at'] as tf.Tensor1D, ids),
          reshaped: reshaped['outputIndices'],
          'reshaped to': reshaped['outputShape'],
          indices,
          values,
          empty,
          back,
          broadcast: kernel(
            'BroadcastArgs',
            {
              s0: t['shape'],
              s1: tf.tensor1d([4, 3, 5], 'int32'),
            },
            {},
          ) as tf.Tensor,
          drawn: tf.multinomial(t['logits'] as tf.Tensor2D, 6, 11),
          'drawn from probabilities': tf.multinomial(
            tf.softmax(t['logits']) as tf.Tensor2D,
            6,
            5,
            true,
          ),
        };
      },
    })),
  },
];
