import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { bool, float, int, seeds, shapes, type Example, type Family } from '../examples.ts';
import { permutation, relaid } from './layout.ts';

/** Shape kernels and reductions of every rank and type. */

export const shapeFamilies: readonly Family[] = [
  {
    name: 'reductions of every type over any axes agree with eager',
    covers: ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'All', 'Any'],
    shapes: 'float32, int32 and bool, ranks 1–4, any axes, kept or not',
    examples: fc.tuple(seeds, shapes(1), fc.boolean()).map(([seed, shape, keep]): Example => {
      const axes = shape.map((_, i) => i).filter((i) => (seed >> i) & 1);
      return {
        given: { x: float(seed, shape), i: int(seed, shape), b: bool(seed, shape) },
        step: ({ x, i, b }) => ({
          sum: tf.sum(x, axes, keep),
          ints: tf.sum(i, axes, keep),
          bools: tf.sum(b, axes, keep),
          mean: tf.mean(x, axes, keep),
          meanInt: tf.mean(i, axes, keep),
          max: tf.max(i, axes, keep),
          min: tf.min(x, axes, keep),
          prod: tf.prod(i, axes, keep),
          all: tf.all(b, axes, keep),
          any: tf.any(b, axes, keep),
          norm: tf.norm(x.flatten()),
          logSumExp: tf.logSumExp(x, axes, keep),
          argMax: tf.argMax(x, axes[0] ?? 0),
        }),
      };
    }),
  },
  {
    name: 'shape kernels of every rank and type agree with eager',
    covers: [
      'Concat',
      'Slice',
      'Reshape',
      'Transpose',
      'Tile',
      'Pack',
      'Unpack',
      'PadV2',
      'Reverse',
    ],
    shapes: 'float32, int32 and bool, ranks 1–4',
    examples: fc
      .tuple(seeds, shapes(1), fc.constantFrom(float, int, bool))
      .map(([seed, shape, given]): Example => {
        const rank = shape.length;
        const axis = seed % rank;
        const begin = shape.map((d, i) => (seed >> i) % d);
        return {
          given: { x: given(seed, shape), y: given(seed + 1, shape) },
          step: ({ x, y }) => ({
            concat: tf.concat([x, y, x], axis),
            slice: tf.slice(
              x,
              begin,
              shape.map((d, i) => d - begin[i]),
            ),
            transpose: tf.transpose(x, permutation(rank, seed)),
            tile: tf.tile(
              x,
              shape.map((_, i) => 1 + ((seed >> i) & 1)),
            ),
            stack: tf.stack([x, y], axis),
            last: tf.stack([x, y], -1),
            pad: tf.pad(
              x,
              shape.map((_, i): [number, number] => [i & 1, (seed >> i) & 1]),
            ),
            reverse: tf.reverse(x, [axis]),
            broadcast: tf.broadcastTo(x, [2, ...shape]),
            ...Object.fromEntries(tf.unstack(x, axis).map((t, i) => [`unstack ${i}`, t])),
          }),
        };
      }),
  },
  {
    name: 'strided slices agree with eager',
    covers: ['StridedSlice'],
    shapes: 'float32 [4–6, 5, 3], steps of both signs, masks',
    examples: fc
      .tuple(seeds, fc.integer({ min: 4, max: 6 }), fc.constantFrom(1, 2, 3))
      .map(([seed, n, stride]): Example => ({
        given: { x: float(seed, [n, 5, 3]) },
        step: ({ x }) => ({
          forwards: tf.stridedSlice(x, [0, 1, 0], [n, 5, 3], [stride, 2, 1]),
          backwards: tf.stridedSlice(x, [-1, 4, 2], [0, 0, 0], [-stride, -1, -2], 0, 0b111),
          open: tf.stridedSlice(x, [1, 0, 0], [0, 0, 0], [1, stride, 1], 0b110, 0b111),
          shrunk: tf.stridedSlice(x, [1, 2, 0], [2, 3, 3], [1, 1, 1], 0, 0, 0, 0, 0b011),
          fresh: tf.stridedSlice(x, [0, 0], [0, 2], [1, 1], 0, 0, 0, 0b01),
          ellipsis: tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 0b01),
        }),
      })),
  },
  {
    name: 'running sums and products agree with eager',
    covers: ['Cumsum', 'Cumprod'],
    shapes: 'float32 and int32, ranks 1–4, any axis, both directions',
    examples: fc
      .tuple(seeds, shapes(1, 4, 9), fc.boolean(), fc.boolean())
      .map(([seed, shape, exclusive, reverse]): Example => ({
        given: { x: float(seed, shape), i: int(seed, shape) },
        step: ({ x, i }) => ({
          sum: tf.cumsum(x, seed % shape.length, exclusive, reverse),
          ints: tf.cumsum(i, seed % shape.length, exclusive, reverse),
          product: tf.cumprod(x, seed % shape.length, exclusive, reverse),
        }),
      })),
  },
  {
    name: 'blocks of space move as eagerly',
    covers: ['DepthToSpace', 'SpaceToBatchND', 'BatchToSpaceND'],
    shapes: 'float32 [1–2, 2–6, 4, 16 | 32]; odd sizes padded',
    examples: fc
      .tuple(
        seeds,
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(16, 32),
      )
      .map(([seed, n, h, c]): Example => ({
        given: { x: float(seed, [4 * n, 2 * h, 4, c]), odd: float(seed, [n, 2 * h + 1, 3, 2]) },
        step: ({ x, odd }) => ({
          depthToSpace: tf.depthToSpace(x as tf.Tensor4D, 2),
          relaid: tf.depthToSpace(relaid(x), 4),
          batch: tf.spaceToBatchND(
            x,
            [2, 2],
            [
              [0, 0],
              [0, 0],
            ],
          ),
          padded: tf.spaceToBatchND(
            odd,
            [2, 2],
            [
              [0, 1],
              [1, 0],
            ],
          ),
          space: tf.batchToSpaceND(
            x,
            [2, 2],
            [
              [0, 1],
              [1, 0],
            ],
          ),
        }),
      })),
  },
  {
    name: 'constants and generated values agree with eager',
    covers: ['Fill', 'Range', 'LinSpace', 'Diag', 'OneHot'],
    shapes: 'int32 and float32; indices outside the depth included',
    examples: fc
      .tuple(seeds, shapes(0, 3), fc.integer({ min: 2, max: 6 }))
      .map(([seed, shape, depth]): Example => ({
        given: { x: float(seed, [depth]), i: int(seed, shape, -1, 7) },
        step: ({ x, i }) => ({
          fill: tf.add(tf.fill([2, depth], 2.5), x),
          range: tf.add(tf.range(0, depth, 1), x),
          ints: tf.range(depth, 0, -1, 'int32'),
          linspace: tf.mul(tf.linspace(-1, 2, depth), x),
          eye: tf.mul(tf.eye(depth), x),
          diag: tf.diag(x),
          oneHot: tf.oneHot(i, depth),
          soft: tf.oneHot(i, depth, 0.9, 0.1, 'float32'),
          ones: tf.ones([2, 1]),
          zeros: tf.zeros([0, 3]),
        }),
      })),
  },
  {
    name: 'empty tensors agree with eager',
    covers: ['Concat', 'Slice', 'Sum', 'Add', 'Reshape', 'PadV2'],
    shapes: 'float32 with a side of 0',
    runs: 1,
    examples: fc.constant<Example>({
      given: { x: float(1, [2, 3]), none: float(1, [0, 3]) },
      step: ({ x, none }) => ({
        concat: tf.concat([x, none], 0),
        add: tf.add(none, tf.scalar(1)),
        slice: tf.slice(x, [2, 0], [0, 3]),
        sum: tf.sum(none, 0),
        squares: tf.sum(tf.square(none)),
        reshape: tf.reshape(none, [3, 0]),
        pad: tf.pad(none, [
          [1, 0],
          [0, 0],
        ]),
        relu: tf.relu(none),
      }),
    }),
  },
  {
    name: 'integers and bools pass through kernels that ONNX has for floats only',
    covers: [
      'ResizeNearestNeighbor',
      'ResizeBilinear',
      'MaxPool',
      'Select',
      'ArgMax',
      'AddN',
      'Prelu',
    ],
    shapes: 'int32 and bool [1, 4, 4, 4 | 16]',
    examples: fc.tuple(seeds, fc.constantFrom(4, 16)).map(([seed, c]): Example => ({
      given: {
        i: int(seed, [1, 4, 4, c]),
        b: bool(seed, [1, 4, 4, c]),
        big: int(seed, [1, 2, 3, 1], 2 ** 25, 2 ** 30),
      },
      step: ({ i, b, big }) => ({
        nearest: tf.image.resizeNearestNeighbor(i as tf.Tensor4D, [2, 7]),
        exact: tf.image.resizeNearestNeighbor(big as tf.Tensor4D, [5, 4]),
        bilinear: tf.image.resizeBilinear(i as tf.Tensor4D, [2, 7]),
        pool: tf.maxPool(i as tf.Tensor4D, 2, 2, 'valid'),
        where: tf.where(b, b, tf.logicalNot(b)),
        either: tf.where(b, i, tf.neg(i)),
        arg: tf.argMax(b, 3),
        max: tf.max(b, 3),
        sum: tf.addN([i, i, i]),
        prelu: tf.prelu(i, tf.scalar(0.5)),
        relu: tf.relu(b),
        abs: tf.abs(b),
        square: tf.square(b),
        product: tf.mul(b, b),
        less: tf.lessEqual(b, tf.logicalNot(b)),
        mean: tf.mean(b, [1, 2]),
        cumsum: tf.cumsum(b, 1),
        gather: tf.gather(b, tf.tensor1d([0, 2], 'int32'), 3),
        stack: tf.stack([b, b]),
        reverse: tf.reverse(b, 1),
        mirror: tf.mirrorPad(
          i,
          [
            [0, 0],
            [1, 1],
            [0, 0],
            [0, 0],
          ],
          'reflect',
        ),
        space: tf.spaceToBatchND(
          i,
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
      }),
    })),
  },
];
