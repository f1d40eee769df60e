import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { float, seeds, type Example, type Family } from '../examples.ts';

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

/** An order of the axes, drawn from a seed. */
export const permutation = (rank: number, seed: number): number[] => {
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
    [
      'Add',
      'Multiply',
      'Relu',
      'Relu6',
      'Step',
      'Select',
      'Cast',
      'Greater',
      'ClipByValue',
      'AddN',
      'Sub',
    ],
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
        relu6: tf.relu6(tf.mul(x, 4)),
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
    squares: tf.sum(tf.square(x)),
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
];
