import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { bool, float, int, seeds, shapes, type Example, type Family } from '../examples.ts';

/** Kernels that move elements, on every rank; on rank 4 also on values that lie channels first. */

/** An identity that leaves its result channels first, blocked where the channels divide. */
export function relaid(x: tf.Tensor): tf.Tensor4D {
  const c = x.shape[3] as number;
  return tf.conv2d(x as tf.Tensor4D, tf.eye(c).reshape([1, 1, c, c]), 1, 'valid');
}

/** `[N, H, W, C]` with channels that divide into blocks, and odd ones. */
export const images = fc.tuple(
  fc.integer({ min: 1, max: 2 }),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 6 }),
  fc.constantFrom(1, 3, 16, 32),
);

const rank4 = 'float32 [1–2, 1–5, 1–6, 1 | 3 | 16 | 32], channels last, first and blocked';

const permutation = (rank: number, seed: number): number[] => {
  const axes = Array.from({ length: rank }, (_, i) => i);
  for (let i = rank - 1, s = seed; i > 0; i--, s = Math.floor(s / 3)) {
    const j = s % (i + 1);
    [axes[i], axes[j]] = [axes[j], axes[i]];
  }
  return axes;
};

const onImages = (
  name: string,
  covers: readonly string[],
  step: (x: tf.Tensor4D, seed: number) => Record<string, tf.Tensor>,
  runs = 6,
): Family => ({
  name,
  covers,
  shapes: rank4,
  runs,
  examples: fc.tuple(seeds, images).map(([seed, shape]): Example => ({
    given: { x: float(seed, shape) },
    step: ({ x }) => {
      const results: Record<string, tf.Tensor> = {};
      for (const [layout, value] of [
        ['last', x],
        ['first', relaid(x)],
      ] as const) {
        for (const [key, y] of Object.entries(step(value as tf.Tensor4D, seed))) {
          results[`${key}, channels ${layout}`] = y;
        }
      }
      return results;
    },
  })),
});

export const layoutFamilies: readonly Family[] = [
  onImages(
    'elementwise kernels agree in every layout',
    ['Add', 'Multiply', 'Relu', 'Step', 'Select', 'Cast', 'Greater', 'ClipByValue', 'AddN', 'Sub'],
    (x) => {
      const c = x.shape[3];
      const channel = tf.linspace(-1, 1, c);
      return {
        sum: tf.add(x, x),
        perChannel: tf.mul(x, channel),
        perPixel: tf.sub(x, tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, 1])),
        perImage: tf.add(x, tf.slice(x, [0, 0, 0, 0], [-1, 1, 1, -1])),
        scalar: tf.maximum(tf.scalar(0.3), x),
        relu: tf.relu(x),
        step: tf.step(tf.relu(x)),
        slope: tf.step(x, 0.1),
        where: tf.where(tf.greater(x, 0), x, tf.zerosLike(x)),
        cast: tf.cast(tf.cast(tf.mul(x, 3), 'int32'), 'float32'),
        clip: tf.clipByValue(x, -0.5, 0.5),
        many: tf.addN([x, tf.relu(x), x]),
        rank3: tf.add(x, tf.fill(x.shape.slice(1), 2)),
      };
    },
  ),
  onImages(
    'concatenation, slices and splits agree in every layout',
    ['Concat', 'Slice', 'SplitV'],
    (x) => {
      const [n, h, w, c] = x.shape;
      return {
        channels: tf.concat([x, tf.relu(x)], 3),
        mixed: tf.concat([tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, 1]), x], 3),
        rows: tf.concat([x, x], 1),
        batch: tf.concat([x, x, x], 0),
        crop: tf.slice(x, [0, h - 1, w - 1, 0], [n, 1, 1, c]),
        half: tf.slice(x, [0, 0, 0, Math.floor(c / 2)], [n, h, w, c - Math.floor(c / 2)]),
        part: tf.slice(x, [n - 1, 0, 0, 0], [1, h, 1, c]),
        ...Object.fromEntries(tf.split(x, [1, c - 1], 3).map((part, i) => [`split ${i}`, part])),
      };
    },
  ),
  onImages('padding and mirroring agree in every layout', ['PadV2', 'MirrorPad'], (x) => {
    const [, h, w] = x.shape;
    return {
      zeros: tf.pad(x, [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ]),
      value: tf.pad(
        x,
        [
          [0, 1],
          [0, 0],
          [2, 0],
          [0, 3],
        ],
        -1.5,
      ),
      reflect: tf.mirrorPad(
        x,
        [
          [0, 0],
          [h - 1, 0],
          [0, w - 1],
          [0, 0],
        ],
        'reflect',
      ),
      symmetric: tf.mirrorPad(
        x,
        [
          [0, 0],
          [h, 0],
          [1, w],
          [0, 0],
        ],
        'symmetric',
      ),
    };
  }),
  onImages(
    'reshaping, transposing and reversing agree in every layout',
    ['Reshape', 'Transpose', 'ExpandDims', 'Reverse', 'Tile', 'FlipLeftRight'],
    (x, seed) => ({
      flat: tf.reshape(x, [-1]),
      rows: tf.reshape(x, [-1, x.shape[3]]),
      turned: tf.transpose(x, permutation(4, seed)),
      expanded: tf.expandDims(x, 2),
      squeezed: tf.squeeze(x),
      reversed: tf.reverse(x, [1, 3]),
      mirrored: tf.reverse(x, 2),
      flipped: tf.image.flipLeftRight(x),
      tiled: tf.tile(x, [1, 2, 1, 2]),
    }),
  ),
  onImages('reductions agree in every layout', ['Sum', 'Mean', 'Max', 'Min', 'Prod'], (x) => ({
    all: tf.sum(x),
    pixels: tf.sum(x, [0, 1, 2]),
    channels: tf.sum(x, 3),
    kept: tf.sum(x, [1, 2], true),
    mean: tf.mean(x, [1, 2]),
    meanKept: tf.mean(x, 3, true),
    max: tf.max(x, [1, 2]),
    maxChannel: tf.max(x, -1),
    min: tf.min(x, [0, 3]),
    product: tf.prod(x, 2),
    batch: tf.sum(x, 0),
  })),
  onImages(
    'arg-extrema and softmax agree in every layout',
    ['ArgMax', 'ArgMin', 'Softmax'],
    (x) => ({
      argMax: tf.argMax(x, 3),
      argMin: tf.argMin(x, 3),
      rows: tf.argMax(x, 1),
      softmax: tf.softmax(x),
      logSoftmax: tf.logSoftmax(x),
    }),
  ),
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
        reshape: tf.reshape(none, [3, 0]),
        pad: tf.pad(none, [
          [1, 0],
          [0, 0],
        ]),
        relu: tf.relu(none),
      }),
    }),
  },
];
