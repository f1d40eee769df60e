import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { maskedCrossEntropy, maskedL1, maskedL2 } from '../src/index.ts';
import { useCpu } from './cpu.ts';

beforeAll(useCpu);

const t4 = (values: number[], shape: [number, number, number, number]) =>
  tf.tensor4d(values, shape);
const value = (t: tf.Tensor) => t.dataSync()[0];

test('cross-entropy is the mean of −log softmax over the labelled pixels', () => {
  // Pixel 1: logits (0, log 3), class 1: −log(3/4) = 0.287682. Pixel 2: (2, 0), class 0:
  // log(1 + e⁻²) = 0.126928. Pixel 3 is masked. Mean 0.207305.
  const logits = t4([0, Math.log(3), 2, 0, 50, -50], [1, 1, 3, 2]);
  const loss = maskedCrossEntropy(logits, t4([1, 0, 1], [1, 1, 3, 1]), t4([1, 1, 0], [1, 1, 3, 1]));
  expect(value(loss)).toBeCloseTo(0.207305, 5);
});

test('a void id and extreme logits under the mask change nothing', () => {
  const logits = t4([1e4, -1e4, 2, 0], [1, 1, 2, 2]);
  const mask = t4([0, 1], [1, 1, 2, 1]);
  const loss = maskedCrossEntropy(logits, t4([255, 0], [1, 1, 2, 1]), mask);
  expect(value(loss)).toBeCloseTo(0.126928, 5);
});

test('cross-entropy stays finite where a softmax would round to 0', () => {
  const loss = maskedCrossEntropy(
    t4([0, 200], [1, 1, 1, 2]),
    t4([0], [1, 1, 1, 1]),
    t4([1], [1, 1, 1, 1]),
  );
  expect(value(loss)).toBeCloseTo(200, 3);
});

test('L1 and L2 sum over the components and average over the masked pixels', () => {
  const output = t4([1, 2, 0, 0, 9, 9], [1, 3, 1, 2]);
  const target = t4([0, 4, 0, 0, 0, 0], [1, 3, 1, 2]);
  const mask = t4([1, 1, 0], [1, 3, 1, 1]);
  // |1| + |−2| = 3 and 0, over two pixels; the second counts though its target is 0.
  expect(value(maskedL1(output, target, mask))).toBeCloseTo(1.5, 6);
  // 1 + 4 = 5 and 0, over two pixels.
  expect(value(maskedL2(output, target, mask))).toBeCloseTo(2.5, 6);
});

test('an empty mask gives 0 and a gradient of 0', () => {
  const target = tf.zeros<tf.Rank.R4>([1, 2, 2, 1]);
  for (const [loss, channels] of [
    [maskedCrossEntropy, 3],
    [maskedL1, 1],
    [maskedL2, 1],
  ] as const) {
    const x = tf.ones<tf.Rank.R4>([1, 2, 2, channels]);
    const { value: v, grad } = tf.valueAndGrad((output: tf.Tensor) =>
      loss(output as tf.Tensor4D, target, tf.zerosLike(target)),
    )(x);
    expect(value(v)).toBe(0);
    expect(Array.from(grad.dataSync()).every((g) => g === 0)).toBe(true);
  }
});

test('gradients equal finite differences', () => {
  const target = t4([0, 2, 1, 1], [1, 2, 2, 1]);
  const mask = t4([1, 0, 1, 1], [1, 2, 2, 1]);
  const x = [0.3, -1.2, 0.7, 1.1, 0.4, -0.6, 0.2, 0.9, -0.8, 1.5, -0.1, 0.6];
  for (const [loss, channels] of [
    [maskedCrossEntropy, 3],
    [maskedL1, 1],
    [maskedL2, 1],
  ] as const) {
    const shape: [number, number, number, number] = [1, 2, 2, channels];
    const point = x.slice(0, 4 * channels);
    const f = (values: number[]) => value(loss(t4(values, shape), target, mask));
    const gradient = tf
      .grad((output: tf.Tensor) => loss(output as tf.Tensor4D, target, mask))(t4(point, shape))
      .dataSync();
    const h = 1e-2;
    const differences = point.map((_, i) => {
      const at = (d: number) => f(point.map((v, j) => (i === j ? v + d : v)));
      return (at(h) - at(-h)) / (2 * h);
    });
    // Central differences in float32: rounding 1e-7 / 2h ≈ 5e-6, curvature h²/6 ≈ 2e-5.
    expect(gradient).toBeAllClose(differences, { atol: 5e-5, rtol: 1e-3 });
  }
});

test('masked pixels never matter, whatever they hold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      fc.float({ min: -1e6, max: 1e6, noNaN: true }),
      (labelled, junk) => {
        const mask = t4(labelled.map(Number), [1, 2, 3, 1]);
        const clean = [1, -2, 3, -4, 5, -6];
        const dirty = clean.map((v, i) => (labelled[i] ? v : junk));
        const target = tf.zeros<tf.Rank.R4>([1, 2, 3, 1]);
        return (
          value(maskedL1(t4(clean, [1, 2, 3, 1]), target, mask)) ===
          value(maskedL1(t4(dirty, [1, 2, 3, 1]), target, mask))
        );
      },
    ),
    { numRuns: 30 },
  );
});

test('shapes that do not fit are refused', () => {
  const x = tf.zeros<tf.Rank.R4>([1, 2, 2, 1]);
  const wide = tf.zeros<tf.Rank.R4>([1, 2, 3, 1]);
  expect(() => maskedL1(x, wide, x)).toThrow('[1, 2, 3, 1]');
  expect(() => maskedCrossEntropy(x, x, tf.zeros([1, 2, 2, 2]))).toThrow('one mask channel');
});
