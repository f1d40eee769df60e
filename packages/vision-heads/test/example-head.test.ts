import { dense, relu } from '@scene-mtl/core';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { classification, exampleHead, regression } from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const options = { width: 6, scope: { name: 'left', seed: 1, owner: { task: 'left' } } } as const;

test.each([[[5]], [[7, 5]], [[4, 7, 5]]])('features [B, %j] become [B, N]', (shape) => {
  const features = tf.input({ shape });
  const output = exampleHead(features, 3, options);
  expect(output.shape).toEqual([null, 3]);
  const model = tf.model({ inputs: features, outputs: output });
  const names = model.weights.map((w) => [w.originalName, w.shape]);
  expect(names).toEqual([
    ['left/hidden/kernel', [5, 6]],
    ['left/hidden/bias', [6]],
    ['left/output/kernel', [6, 3]],
    ['left/output/bias', [3]],
  ]);
  // The mean over places: equal features everywhere give what they give in one place.
  const flat = tf.input({ shape: [5] });
  const one = tf.model({ inputs: flat, outputs: exampleHead(flat, 3, options) });
  const expected = one.predict(tf.ones([1, 5])) as tf.Tensor;
  const found = model.predict(tf.ones([1, ...shape])) as tf.Tensor;
  expect(found.dataSync()).toBeAllClose(expected.dataSync());
});

test('features of another rank are refused with the name of the task', () => {
  const features = tf.input({ shape: [2, 2, 2, 5] });
  expect(() => exampleHead(features, 3, options)).toThrow('left/pool: expected features [B, C]');
});

test('a dense network without pictures learns a class and two numbers', () => {
  const tasks = [classification('side', 2), regression('aim', 2, 'l1')] as const;
  const x = tf.input({ shape: [4] });
  const scope = { name: 'shared', seed: 3, owner: 'shared' } as const;
  const shared = relu(dense(x, scope, { units: 8, gain: Math.SQRT2 }), 'shared/relu');
  const outputs = tasks.map((task) =>
    task.decoder(shared, [0, 0], {
      ...{ width: 8, kernel: 1, stages: [] },
      scope: { name: task.name, seed: 3, owner: { task: task.name } },
    }),
  );
  const model = tf.model({ inputs: x, outputs });
  const inputs = tf.tensor2d([1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, -1, 1, 1, 0, -1], [4, 4]);
  const side = tf.tensor2d([0, 1, 0, 1], [4, 1]);
  const aim = tf.tensor2d([1, 2, -1, 0, 0.5, 1, 2, -2], [4, 2]);
  const mask = tf.ones([4, 1]);
  const loss = () =>
    tf.tidy(() => {
      const [a, b] = model.apply(inputs, { training: true }) as tf.Tensor[];
      return tf.add<tf.Scalar>(tasks[0].loss(a, side, mask), tasks[1].loss(b, aim, mask));
    });
  const before = loss().dataSync()[0];
  const optimiser = tf.train.sgd(0.05);
  for (let step = 0; step < 150; step++) optimiser.minimize(loss);
  expect(loss().dataSync()[0]).toBeLessThan(0.2 * before);
  const [a, b] = (model.predict(inputs) as tf.Tensor[]).map((t) => t.dataSync() as Float32Array);
  const sides = [0, 1, 2, 3].map((i) => tasks[0].decode(a.slice(2 * i, 2 * i + 2), 0, 0).value);
  expect(sides).toEqual([0, 1, 0, 1]);
  expect(tasks[1].decode(b.slice(0, 2), 0, 0).values).toHaveLength(2);
});
