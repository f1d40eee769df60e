import { compile, softmaxCrossEntropy } from '@scene-mtl/runtime';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
});

const random = (length: number, seed: number) =>
  tf.randomNormal([length], 0, 2, 'float32', seed).dataSync() as Float32Array;

describe.each([
  ['pixels of a map', [2, 3, 5, 19], [2, 3, 5]],
  ['rows', [7, 4], [7]],
])('softmax cross-entropy of %s', (_, logitsShape, idsShape) => {
  const [n, m] = [logitsShape, idsShape].map((s) => s.reduce((a, b) => a * b, 1));
  const classes = n / m;
  const logits = random(n, 1);
  const weights = random(m, 2);
  // One id below, one above the classes: both are void.
  const ids = Int32Array.from({ length: m }, (_, i) => [-1, 255, i % classes][Math.min(i, 2)]);

  const step = ({ logits, ids, weights }: Record<string, tf.Tensor>) => {
    const loss = (f: tf.Tensor) => tf.mul(softmaxCrossEntropy(f, ids), weights);
    return { loss: loss(logits), gradient: tf.grad(loss)(logits) };
  };
  const signature = {
    logits: { shape: logitsShape, dtype: 'float32' },
    ids: { shape: idsShape, dtype: 'int32' },
    weights: { shape: idsShape, dtype: 'float32' },
  } as const;

  test('captured equals eager, and void costs nothing', async () => {
    const eager = await compile(step, signature, { engine: 'cpu' });
    const captured = await compile(step, signature);
    const expected = await eager.run({ logits, ids, weights });
    const actual = await captured.run({ logits, ids, weights });
    expect(actual.loss).toBeAllClose(expected.loss, { rtol: 1e-4, atol: 1e-5 });
    expect(actual.gradient).toBeAllClose(expected.gradient, { rtol: 1e-4, atol: 1e-5 });
    expect([...actual.loss.slice(0, 2)].map(Math.abs)).toEqual([0, 0]);
    expect([...actual.gradient.slice(0, 2 * classes)].every((g) => g === 0)).toBe(true);
    await captured.dispose();
  });

  test('the gradient equals finite differences', async () => {
    const eager = await compile(step, signature, { engine: 'cpu' });
    const { gradient } = await eager.run({ logits, ids, weights });
    const total = async (at: number, delta: number) => {
      const moved = logits.slice();
      moved[at] += delta;
      const { loss } = await eager.run({ logits: moved, ids, weights });
      return (loss as Float32Array).reduce((a, b) => a + b, 0);
    };
    for (const at of [2 * classes, 2 * classes + 1, n - 1]) {
      const slope = ((await total(at, 1e-2)) - (await total(at, -1e-2))) / 2e-2;
      expect(gradient[at]).toBeCloseTo(slope, 2);
    }
  });
});

test('ids of another shape or type are refused', () => {
  const logits = tf.zeros([2, 3]);
  expect(() => softmaxCrossEntropy(logits, tf.zeros([3], 'int32'))).toThrow(
    'expected int32 ids of shape [2]',
  );
  expect(() => softmaxCrossEntropy(logits, tf.zeros([2]))).toThrow('got float32 [2]');
});
