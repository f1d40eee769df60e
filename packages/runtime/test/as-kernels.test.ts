import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';

/** Corners of TensorFlow.js' kernels that its own specs look into; the numbers are theirs, or by hand. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

interface Case {
  readonly given: readonly number[];
  readonly shape: readonly number[];
  readonly step: (x: tf.Tensor) => tf.Tensor;
  readonly expected: readonly number[];
}

const image = (x: tf.Tensor) => x as tf.Tensor4D;
const volume = (x: tf.Tensor) => x as tf.Tensor5D;
/** 1 where all three coordinates are 1 or 2 of 0 … 3: the windows that reach the only voxel. */
const middle = Array.from({ length: 64 }, (_, i) =>
  [i >> 4, (i >> 2) & 3, i & 3].every((at) => at === 1 || at === 2) ? 1 : 0,
);
const pixels = [1, 2, 3, 4, 5, 6, 7, 8];

const cases: Readonly<Record<string, Case>> = {
  'a window of one pixel that keeps the shape gives the image, padding and stride or not': {
    given: pixels,
    shape: [1, 2, 2, 2],
    step: (x) => tf.maxPool(image(x), 1, 2, 1, 'floor'),
    expected: pixels,
  },
  'so does the mean': {
    given: pixels,
    shape: [1, 2, 2, 2],
    step: (x) => tf.avgPool(image(x), 1, 2, 1, 'floor'),
    expected: pixels,
  },
  'the greatest of a window passes over NaN': {
    given: [NaN, 1, 2, 3, 4, 5, 6, 7, 9],
    shape: [1, 3, 3, 1],
    step: (x) => tf.maxPoolWithArgmax(image(x), 2, 1, 0).result,
    expected: [4, 5, 7, 9],
  },
  'and says where it is': {
    given: [NaN, 1, 2, 3, 4, 5, 6, 7, 9],
    shape: [1, 3, 3, 1],
    step: (x) => tf.maxPoolWithArgmax(image(x), 2, 1, 0).indexes,
    expected: [4, 5, 7, 8],
  },
  'the mean of windows of a volume that lie outside it is 0': {
    given: [1],
    shape: [1, 1, 1, 1, 1],
    step: (x) => tf.avgPool3d(volume(x), 2, 1, 2),
    expected: middle,
  },
  'their greatest is the least number': {
    given: [1],
    shape: [1, 1, 1, 1, 1],
    step: (x) => tf.greaterEqual(tf.maxPool3d(volume(x), 2, 1, 2), -1e38),
    expected: middle,
  },
  'tensors without elements add nothing to a concatenation': {
    given: pixels,
    shape: [2, 4],
    step: (x) => tf.concat([tf.slice(x, [0, 0], [0, 4]), x, tf.zeros([0, 4])], 0),
    expected: pixels,
  },
};

test.each(Object.entries(cases))('%s', async (_, { given, shape, step, expected }) => {
  const signature = { x: { shape, dtype: 'float32' } } as const;
  const compiled = await compile(({ x }) => ({ y: step(x) }), signature, { threads: 1 });
  expect(Array.from((await compiled.run({ x: Float32Array.from(given) })).y)).toEqual(expected);
  await compiled.dispose();
});

test('an empty concatenation has the sum of the sizes, as eager', async () => {
  const signature = { x: { shape: [0, 5], dtype: 'float32' } } as const;
  const step = ({ x }: { x: tf.Tensor }) => ({ y: tf.concat([x, x, x], 1) });
  const compiled = await compile(step, signature, { threads: 1 });
  await compiled.run({ x: new Float32Array(0) });
  expect(compiled.outputShapes.y).toEqual([0, 15]);
  await compiled.dispose();
});

test('suppression of constant boxes keeps as many as it keeps; of others it is refused with what to do', async () => {
  // Two boxes that overlap wholly, and one apart: the best of the two, and the one apart.
  const boxes = () => tf.tensor2d([0, 0, 1, 1, 0, 0, 1, 1, 5, 5, 6, 6], [3, 4]);
  const kept = (of: tf.Tensor2D, scores: tf.Tensor1D) =>
    tf.image.nonMaxSuppressionPadded(of, scores, 3, 0.5, 0, false)['selectedIndices'];
  const signature = { s: { shape: [3], dtype: 'float32' } } as const;
  const of = await compile(
    ({ s }) => ({ y: tf.gather(s, kept(boxes(), tf.tensor1d([0.2, 0.9, 0.5]))) }),
    signature,
    { threads: 1 },
  );
  expect(Array.from((await of.run({ s: Float32Array.of(1, 2, 3) })).y)).toEqual([2, 3]);
  await of.dispose();
  await expect(compile(({ s }) => ({ y: kept(boxes(), s) }), signature)).rejects.toThrow(
    /NonMaxSuppressionV4 at .*as-kernels\.test\.ts:\d+:\d+: .*set padToMaxOutputSize/,
  );
});
