import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';
import { numbers } from './examples.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

const image = { shape: [2, 8, 8, 16], dtype: 'float32' } as const;
const values = Float32Array.from(numbers(3, image.shape));

/** Convolution, normalisation by moving averages, ReLU: what ONNX Runtime folds into one. */
function network() {
  const model = tf.sequential();
  const filters = { filters: 16, kernelSize: 3, padding: 'same' as const };
  model.add(tf.layers.conv2d({ ...filters, inputShape: [8, 8, 16] }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.reLU());
  model.add(tf.layers.conv2d({ ...filters, strides: 2 }));
  return model;
}

const scalar = { x: { shape: [], dtype: 'float32' } } as const;

describe('inference', () => {
  test('gives what the step gives without, with one batch size and with an open one', async () => {
    const model = network();
    const step = ({ x }: { x: tf.Tensor }) => ({ y: model.apply(x) as tf.Tensor });
    const without = await compile(step, { x: image }, { threads: 1 });
    const expected = (await without.run({ x: values })).y;
    for (const shape of [image.shape, [null, 8, 8, 16] as const]) {
      const signature = { x: { shape, dtype: 'float32' } } as const;
      const compiled = await compile(step, signature, { threads: 1, inference: true });
      expect((await compiled.run({ x: values })).y).toBeAllClose(expected, {
        rtol: 1e-4,
        atol: 1e-5,
      });
      await compiled.dispose();
    }
    await without.dispose();
  });

  test('follows the variables: after push, and after a step beside it', async () => {
    const w = tf.variable(tf.scalar(2));
    const doubling = await compile(
      () => {
        w.assign(tf.mul(w, 2));
        return {};
      },
      {},
      { threads: 1 },
    );
    const reading = await doubling.beside(({ x }) => ({ y: tf.mul(x, w) }), scalar, {
      inference: true,
    });
    const x = Float32Array.of(10);
    const found = [(await reading.run({ x })).y[0]];
    await doubling.run({});
    found.push((await reading.run({ x })).y[0]);
    w.assign(tf.scalar(-1));
    await reading.push();
    found.push((await reading.run({ x })).y[0], (await reading.run({ x })).y[0]);
    // 10 · 2; 10 · 4; 10 · −1, twice
    expect(found).toEqual([20, 40, -10, -10]);
    await reading.dispose();
    await doubling.dispose();
  });

  test('gives arrays of its own, at once in order, and an index out of range as the error of that run', async () => {
    const table = tf.tensor1d([10, 20, 30]);
    const signature = { i: { shape: [2], dtype: 'int32' } } as const;
    const step = ({ i }: { i: tf.Tensor1D }) => ({ picked: tf.gather(table, i), same: tf.neg(i) });
    const compiled = await compile(step, signature, { threads: 1, inference: true });
    const run = (...i: number[]) => compiled.run({ i: Int32Array.from(i) });
    const [first, , bad, last] = await Promise.allSettled([
      run(0, 1),
      run(2, 2),
      run(0, 3),
      run(1, 0),
    ]);
    // What the runs between computed is elsewhere.
    expect(first).toMatchObject({ value: { picked: Float32Array.of(10, 20) } });
    expect(last).toMatchObject({ value: { same: Int32Array.of(-1, 0) } });
    expect(bad).toMatchObject({
      reason: {
        message: expect.stringMatching(/^run: GatherV2 at .*inference\.test\.ts:\d+:\d+: an index/),
      },
    });
    const again = await run(1, 0);
    again.picked.fill(7);
    expect(Array.from((await run(1, 0)).picked)).toEqual([20, 10]);
    await compiled.dispose();
  });

  test('overwrites its results with reuseOutputs', async () => {
    const options = { threads: 1, inference: true, reuseOutputs: true };
    const compiled = await compile(({ x }) => ({ y: tf.mul(x, 2) }), scalar, options);
    const { y } = await compiled.run({ x: Float32Array.of(1) });
    expect((await compiled.run({ x: Float32Array.of(4) })).y).toBe(y);
    expect(y[0]).toBe(8);
    await compiled.dispose();
  });

  test('is refused for a step that assigns a variable, by its name', async () => {
    const counter = tf.variable(tf.scalar(0), true, 'counter');
    const counting = () => {
      counter.assign(tf.add(counter, 1));
      return {};
    };
    await expect(compile(counting, {}, { inference: true })).rejects.toThrow(
      /inference: expected a step that assigns no variable, got one that assigns counter/,
    );
  });
});
