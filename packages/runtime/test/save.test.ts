import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { compile } from '../src/index.ts';
import { numbers } from './examples.ts';

tf.env().set('IS_TEST', true);

let folder: string;
beforeAll(async () => {
  await tf.setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'runtime-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => tf.disposeVariables());

const batch = {
  x: { shape: [5, 3], dtype: 'float32' },
  t: { shape: [5, 1], dtype: 'float32' },
} as const;
const values = (seed: number) => ({
  x: Float32Array.from(numbers(seed, [5, 3])),
  t: Float32Array.from(numbers(seed + 1, [5, 1])),
});

describe('save', () => {
  const load = async (path: string) => {
    const bytes = await readFile(path);
    return ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  };

  test('writes a standard model that gives the same numbers in any ONNX runtime', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [8, 8, 16],
          filters: 16,
          kernelSize: 3,
          padding: 'same',
          activation: 'relu',
        }),
        tf.layers.batchNormalization(),
        tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2 }),
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 4, activation: 'softmax' }),
      ],
    });
    const step = await compile(
      ({ image }) => ({ scores: model.predict(image) as tf.Tensor }),
      { image: { shape: [2, 8, 8, 16], dtype: 'float32' } } as const,
      { threads: 1 },
    );
    const image = Float32Array.from(numbers(5, [2, 8, 8, 16]));
    const { scores } = await step.run({ image });
    const path = join(folder, 'model.onnx');
    await step.save(path, { metadata: { origin: 'a test' } });
    const session = await load(path);
    expect(session.inputNames).toEqual(['image']);
    expect(session.outputNames).toEqual(['scores']);
    const result = await session.run({ image: new ort.Tensor('float32', image, [2, 8, 8, 16]) });
    expect(result['scores'].dims).toEqual([2, 4]);
    expect(result['scores'].data as Float32Array).toBeAllClose(scores, { rtol: 1e-4 });
    const text = (await readFile(path)).toString('latin1');
    expect(text).not.toContain('com.microsoft');
    expect(text).toContain('a test');
    await session.release();
    await step.dispose();
  });

  test('holds the present state of a training step, transposed products included', async () => {
    const w = tf.variable(tf.tensor2d([[0.5], [-0.25], [1]]));
    const b = tf.variable(tf.tensor1d([0.1]));
    const optimiser = tf.train.sgd(0.1);
    const step = await compile(
      (inputs) => {
        const value = optimiser.minimize(
          () => tf.losses.meanSquaredError(inputs.t, tf.add(tf.matMul(inputs.x, w), b)),
          true,
          [w, b],
        ) as tf.Scalar;
        return {
          loss: value,
          gram: tf.matMul(inputs.x, inputs.x, true),
          negated: tf.neg(inputs.x),
        };
      },
      batch,
      { threads: 1 },
    );
    await step.run(values(1));
    const path = join(folder, 'step.onnx');
    await step.save(path);
    const session = await load(path);
    const { x, t } = values(2);
    const saved = await session.run({
      x: new ort.Tensor('float32', x, [5, 3]),
      t: new ort.Tensor('float32', t, [5, 1]),
    });
    const now = await step.run({ x, t });
    expect(saved['loss'].data as Float32Array).toBeAllClose(now.loss);
    expect(saved['gram'].data as Float32Array).toBeAllClose(now.gram, { rtol: 1e-4 });
    expect(saved['negated'].data as Float32Array).toBeAllClose(now.negated);
    await session.release();
    await step.dispose();
  });

  test('holds gradients too, in standard operators', async () => {
    const spec = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const;
    const signature = {
      x: spec(2, 8, 8, 16),
      w: spec(3, 3, 16, 16),
      p: spec(1, 1, 16, 16),
      d: spec(3, 3, 16, 1),
    };
    const names = ['x', 'w', 'p', 'd'] as const;
    const step = await compile(
      (inputs) => {
        const f = (...[x, w, p, d]: tf.Tensor[]) => {
          const strided = tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same');
          const mixed = tf.relu(tf.conv2d(strided, p as tf.Tensor4D, 1, 'same'));
          return tf.depthwiseConv2d(mixed, d as tf.Tensor4D, 1, 'same');
        };
        const gradients = tf.grads(f)(names.map((name) => inputs[name]));
        return Object.fromEntries(names.map((name, i) => [`d${name}`, gradients[i]]));
      },
      signature,
      { threads: 1 },
    );
    const data = names.map((name, i) =>
      Float32Array.from(numbers(i + 1, signature[name].shape, -0.5, 0.5)),
    );
    const given = Object.fromEntries(names.map((name, i) => [name, data[i]]));
    const expected = await step.run(given as never);
    const path = join(folder, 'gradients.onnx');
    await step.save(path);
    const session = await load(path);
    const result = await session.run(
      Object.fromEntries(
        names.map((name, i) => [name, new ort.Tensor('float32', data[i], signature[name].shape)]),
      ),
    );
    for (const name of Object.keys(expected)) {
      expect(result[name].data as Float32Array).toBeAllClose(expected[name], { atol: 1e-5 });
    }
    await session.release();
    await step.dispose();
  });

  test('an eager engine says that it has no graph', async () => {
    const step = await compile(({ x }) => ({ y: x }), { x: batch.x }, { engine: 'cpu' });
    await expect(step.save(join(folder, 'none.onnx'))).rejects.toThrow(/cpu engine has no graph/);
  });
});

describe('save with options', () => {
  const signature = { image: { shape: [null, 6, 6, 3], dtype: 'float32' } } as const;
  const network = () => {
    const { conv2d, batchNormalization, maxPooling2d, flatten, dense } = tf.layers;
    const model = tf.sequential({
      layers: [
        conv2d({ inputShape: [6, 6, 3], filters: 8, kernelSize: 3, padding: 'same' }),
        batchNormalization(),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dense({ units: 40, activation: 'relu' }),
        dense({ units: 4, activation: 'softmax' }),
      ],
    });
    return compile(
      ({ image }) => {
        const scores = model.predict(image) as tf.Tensor;
        const centred = tf.sub(image, tf.reshape(tf.max(image, [1, 2, 3]), [-1, 1, 1, 1]));
        return {
          scores,
          far: tf.sum(tf.split(centred, 3, 3)[1], [1, 2, 3]),
          least: tf.add(tf.min(scores, 1), tf.zeros([image.shape[0]])),
        };
      },
      signature,
      { threads: 1 },
    );
  };
  const images = (n: number) => Float32Array.from(numbers(n, [n, 6, 6, 3]));

  /** Runs a file on other batches and compares it with the step. */
  async function compared(
    step: Awaited<ReturnType<typeof network>>,
    path: string,
    sizes: readonly number[],
    within: { rtol?: number; atol?: number },
  ): Promise<void> {
    const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
    for (const n of sizes) {
      const image = images(n);
      const expected = await step.run({ image });
      const result = await session.run({ image: new ort.Tensor('float32', image, [n, 6, 6, 3]) });
      expect(result['scores'].dims).toEqual([n, 4]);
      expect(result['far'].type).toBe('float32');
      for (const name of ['scores', 'far', 'least'] as const) {
        expect(result[name].data as Float32Array).toBeAllClose(expected[name], within);
      }
    }
    await session.release();
  }

  const exact = { rtol: 1e-4, atol: 1e-5 };
  let step: Awaited<ReturnType<typeof network>>;
  beforeEach(async () => {
    step = await network();
  });
  afterEach(() => step.dispose());

  test('writes an open batch for every opset', async () => {
    for (const opset of [17, 18, 19, 20, 21] as const) {
      const path = join(folder, `opset-${opset}.onnx`);
      await step.save(path, { opset });
      // Two sizes for one opset; every one of them is loaded.
      await compared(step, path, opset === 17 ? [1, 2] : [2], exact);
    }
  });

  test('writes half precision, and constants beside the file', async () => {
    const [whole, half, apart] = ['whole', 'half', 'apart'].map((n) => join(folder, `${n}.onnx`));
    await step.save(whole);
    await step.save(half, { float16: true });
    await compared(step, half, [2], { rtol: 1e-2, atol: 2e-2 });
    const { length } = await readFile(whole);
    expect((await readFile(half)).length).toBeLessThan(0.7 * length);
    await step.save(apart, { externalData: true });
    await compared(step, apart, [2], exact);
    const beside = (await readdir(folder)).filter((name) =>
      /^apart\.onnx\.[0-9a-f]{12}\.data$/.test(name),
    );
    expect(beside.length).toBe(1);
    // The larger matrix, of 72·40 numbers of four bytes, lies outside, but for its name and place.
    expect((await readFile(apart)).length).toBeLessThan(length - 3.9 * 72 * 40);
  });

  test('writes one size of the batch', async () => {
    const one = join(folder, 'one.onnx');
    await step.save(one, { batch: 2 });
    await compared(step, one, [2], exact);
    await expect(compared(step, one, [1], exact)).rejects.toThrow(/Got: 1 Expected: 2/);
  });

  test('refuses what it cannot write, and options that there are not', async () => {
    const path = join(folder, 'refused.onnx');
    const fixed = await compile(({ x }) => ({ x: tf.neg(x) }), { x: batch.x }, { threads: 1 });
    await expect(fixed.save(path)).rejects.toThrow(
      "save: output 'x' bears the name of an input, and in a file each name is one value; return it from the step by another name",
    );
    await expect(fixed.save(path, { batch: 2 })).rejects.toThrow(/batch: expected none/);
    await expect(fixed.save(path, { opset: 16 as never })).rejects.toThrow(
      'save: opset: expected one of 17, 18, 19, 20, 21, got 16',
    );
    await expect(fixed.save(path, { origin: 'x' } as never)).rejects.toThrow(
      "save: option 'origin' is unknown; expected metadata, opset, batch, float16, externalData",
    );
    await fixed.dispose();
    const masking = await compile(
      ({ bits }) => ({ y: tf.bitwiseAnd(bits, tf.scalar(3, 'int32')) }),
      { bits: { shape: [], dtype: 'int32' } },
      { threads: 1 },
    );
    await expect(masking.save(path, { opset: 17 })).rejects.toThrow(
      /^save: \w+ at .*save\.test\.ts:\d+:\d+ needs BitwiseAnd, which ONNX has from opset 18 on, got opset 17/,
    );
    await masking.dispose();
    const counting = await compile(
      ({ x }) => ({ y: tf.add(x, tf.range(0, x.shape[0])) }),
      { x: { shape: [null], dtype: 'float32' } },
      { threads: 1 },
    );
    await expect(counting.save(path)).rejects.toThrow(
      /^save: Add at .*save\.test\.ts:\d+:\d+: a constant does not grow along for every batch size; save for one size/,
    );
    await counting.save(path, { batch: 4 });
    await counting.dispose();
  });
});

test('a file that cannot be written is an error that names it, and leaves nothing', async () => {
  const place = await mkdtemp(join(tmpdir(), 'runtime-'));
  const taken = join(place, 'model.onnx');
  await mkdir(taken);
  const step = await compile(({ x }) => ({ y: x.mul(2) }), { x: batch.x });
  await expect(step.save(taken)).rejects.toThrow(`save: ${taken} cannot be written (EISDIR`);
  await expect(step.save(join(place, 'no', 'm.onnx'))).rejects.toThrow('cannot be written (ENOENT');
  await step.dispose();
  expect(await readdir(place)).toEqual(['model.onnx']);
  await rm(place, { recursive: true });
});
