import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { float, int, seeds, shapes, type Example, type Family } from '../examples.ts';

/** Matrix products and indexed reads and writes. */

const side = fc.integer({ min: 1, max: 5 });

export const productFamilies: readonly Family[] = [
  {
    name: 'matrix products agree with eager, transposed and batched',
    covers: ['BatchMatMul'],
    shapes: 'float32 [m, k] · [k, n], [b, m, k] · [b | 1, k, n], vectors, each operand transposed',
    examples: fc.tuple(seeds, side, side, side, side).map(([seed, m, k, n, b]): Example => ({
      given: {
        a: float(seed, [m, k]),
        b: float(seed + 1, [k, n]),
        at: float(seed + 2, [k, m]),
        bt: float(seed + 3, [n, k]),
        p: float(seed + 4, [b, 2, m, k]),
        q: float(seed + 5, [1, 2, n, k]),
        v: float(seed, [k]),
      },
      step: ({ a, b: right, at, bt, p, q, v }) => ({
        plain: tf.matMul(a, right),
        left: tf.matMul(at, right, true),
        right: tf.matMul(a, bt, false, true),
        both: tf.matMul(at, bt, true, true),
        batched: tf.matMul(p, q, false, true),
        dot: tf.dot(v, v),
        outer: tf.outerProduct(v as tf.Tensor1D, v as tf.Tensor1D),
        vector: tf.dot(a, v),
      }),
    })),
  },
  {
    name: 'fused matrix products agree with eager',
    covers: ['_FusedMatMul'],
    shapes: 'float32 [m, k] · [k, n] + [n], every activation',
    examples: fc.tuple(seeds, side, side, side).map(([seed, m, k, n]): Example => ({
      given: { a: float(seed, [m, k]), b: float(seed + 1, [k, n]), bias: float(seed + 2, [n]) },
      step: ({ a, b, bias }) =>
        Object.fromEntries(
          (['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const).map(
            (activation) => [
              activation,
              tf.fused.matMul({
                a,
                b,
                bias,
                activation,
                leakyreluAlpha: 0.3,
                ...(activation === 'prelu' && { preluActivationWeights: bias }),
              }),
            ],
          ),
        ),
    })),
  },
  {
    name: 'einsum agrees with eager',
    covers: ['Einsum'],
    shapes: 'float32, ranks 1–4, one and two operands',
    examples: fc.tuple(seeds, side, side, side).map(([seed, m, k, n]): Example => ({
      given: { a: float(seed, [m, k]), b: float(seed + 1, [k, n]), c: float(seed, [2, m, k]) },
      step: ({ a, b, c }) => ({
        product: tf.einsum('ij,jk->ik', a, b),
        transposed: tf.einsum('ij->ji', a),
        sum: tf.einsum('ij->', a),
        batched: tf.einsum('bij,jk->bik', c, b),
        attention: tf.einsum('bij,bkj->bik', c, c),
      }),
    })),
  },
  {
    name: 'gathering agrees with eager',
    covers: ['GatherV2', 'GatherNd'],
    shapes: 'float32 and int32, ranks 1–4, any axis, batch dimensions 0–2',
    examples: fc.tuple(seeds, shapes(1, 4), shapes(0, 2)).map(([seed, shape, at]): Example => {
      const axis = seed % shape.length;
      return {
        given: {
          x: float(seed, shape),
          ids: int(seed, shape, 0, 9),
          i: int(seed, at, 0, shape[axis]),
          t: float(seed, [2, 3, 4, 2]),
          j: int(seed, [2, 3, 5], 0, 4),
          k: int(seed, [2, 2], 0, 3),
          nd: int(seed, [4, 2], 0, 2),
        },
        step: ({ x, ids, i, t, j, k, nd }) => ({
          values: tf.gather(x, i, axis),
          ints: tf.gather(ids, i, axis),
          batched: tf.gather(t, j, 2, 2),
          rows: tf.gather(t, k, 1, 1),
          inner: tf.gather(t, nd.slice([0, 0], [2, 2]), 3, 1),
          nd: tf.gatherND(t, nd),
        }),
      };
    }),
  },
  {
    name: 'scattering agrees with eager, repeated indices included',
    covers: ['ScatterNd', 'TensorScatterUpdate', 'SparseToDense', 'UnsortedSegmentSum'],
    shapes: 'float32 and int32 [6, 3], segments of ids outside the range dropped',
    examples: seeds.map((seed): Example => ({
      given: {
        rows: float(seed, [5, 3]),
        at: int(seed, [5, 1], 0, 6),
        base: float(seed, [6, 3]),
        counts: int(seed, [5]),
        ids: int(seed, [5], -1, 8),
        deep: int(seed, [5, 2], 0, 3),
      },
      step: ({ rows, at, base, counts, ids, deep }) => ({
        scatter: tf.scatterND(at, rows, [6, 3]),
        ints: tf.scatterND(at, counts, [6]),
        deep: tf.scatterND(deep, counts, [6, 3]),
        update: tf.tensorScatterUpdate(
          base,
          tf.tensor2d([[4], [0], [5]], [3, 1], 'int32'),
          rows.slice(0, 3),
        ),
        dense: tf.sparseToDense(
          tf.tensor1d([4, 1], 'int32'),
          tf.tensor1d([2, 3]),
          [6],
          tf.scalar(-1),
        ),
        one: tf.sparseToDense(
          tf.tensor2d(
            [
              [0, 1],
              [2, 2],
            ],
            [2, 2],
            'int32',
          ),
          tf.scalar(5),
          [3, 3],
        ),
        segments: tf.unsortedSegmentSum(rows, ids as tf.Tensor1D, 6),
      }),
    })),
  },
  {
    name: 'the largest entries and counts agree with eager, ties included',
    covers: ['TopK', 'DenseBincount', 'Bincount'],
    shapes: 'float32 and int32, ranks 1–3; bincount ranks 1–2',
    examples: fc.tuple(seeds, shapes(1, 3)).map(([seed, shape]): Example => {
      const k = 1 + (seed % (shape.at(-1) as number));
      return {
        given: {
          x: float(seed, shape),
          i: int(seed, shape, 0, 4),
          ids: int(seed, [3, 7], 0, 6),
          weights: float(seed, [7]),
          none: { shape: [0], dtype: 'float32', values: [] },
        },
        step: ({ x, i, ids, weights, none }) => {
          const [floats, ints] = [tf.topk(x, k), tf.topk(i, k)];
          const row = ids.slice([0, 0], [1, 7]).as1D();
          return {
            values: floats.values,
            indices: floats.indices,
            ints: ints.values,
            ties: ints.indices,
            weighted: tf.bincount(row, weights as tf.Tensor1D, 8),
            plain: tf.bincount(row, none as tf.Tensor1D, 8),
            rows: tf.denseBincount(ids as tf.Tensor2D, tf.tensor([], [0, 0]) as never, 8),
            present: tf.denseBincount(ids as tf.Tensor2D, tf.tensor([], [0, 0]) as never, 8, true),
            dense: tf.denseBincount(row, weights as tf.Tensor1D, 8),
          };
        },
      };
    }),
  },
];
