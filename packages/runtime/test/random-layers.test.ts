import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile, type InputTensors } from '../src/index.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

const { layers } = tf;

describe('random layers', () => {
  const make = () => [
    layers.dropout({ rate: 0.4 }),
    layers.dropout({ rate: 0.4, seed: 5 }),
    layers.dropout({ rate: 0.5, noiseShape: [1, 40] }),
    layers.gaussianDropout({ rate: 0.3 }),
    layers.gaussianNoise({ stddev: 0.5 }),
    layers.alphaDropout({ rate: 0.3 }),
  ];
  const signature = {
    x: { shape: [2, 40], dtype: 'float32' },
    seed: { shape: [], dtype: 'int32' },
  } as const;
  const step =
    (all: tf.layers.Layer[]) =>
    ({ x }: InputTensors<typeof signature>) =>
      Object.fromEntries(
        all.map((layer, i) => [
          `${i} ${layer.getClassName()}`,
          layer.apply(x, { training: true }) as tf.Tensor,
        ]),
      );
  const x = new Float32Array(80).fill(1);

  test('draw from the seed input: anew for another seed, the same captured and eager', async () => {
    const captured = await compile(step(make()), signature, { threads: 1, seed: 'seed' });
    const eager = await compile(step(make()), signature, { engine: 'cpu', seed: 'seed' });
    const seen: Record<string, string>[] = [];
    for (const seed of [1, 2, 1]) {
      const inputs = { x, seed: Int32Array.of(seed) };
      const [a, b] = [await captured.run(inputs), await eager.run(inputs)];
      for (const name of Object.keys(b)) expect(a[name]).toBeAllClose(b[name], { atol: 1e-5 });
      seen.push(
        Object.fromEntries(Object.entries(a).map(([name, values]) => [name, values.join()])),
      );
    }
    for (const name of Object.keys(seen[0])) {
      expect(seen[0][name]).toBe(seen[2][name]);
      expect(seen[0][name]).not.toBe(seen[1][name]);
    }
    // Two dropout layers of one step draw different masks.
    expect(seen[0]['0 Dropout']).not.toBe(seen[0]['1 Dropout']);
    await captured.dispose();
  });

  test('do nothing at inference, and are what they were outside a compiled step', async () => {
    const [dropout] = make();
    const step = await compile(
      ({ x: t }) => ({ y: dropout.apply(t) as tf.Tensor }),
      { x: signature.x },
      { threads: 1 },
    );
    expect(Array.from((await step.run({ x })).y)).toEqual(Array.from(x));
    const y = dropout.apply(tf.ones([1000]), { training: true }) as tf.Tensor;
    expect(y.dataSync().filter((v) => v === 0).length).toBeGreaterThan(300);
    await step.dispose();
  });
});

describe('dropout of recurrent layers', () => {
  const options = { units: 4, dropout: 0.5, recurrentDropout: 0.3, returnSequences: true } as const;
  const signature = {
    x: { shape: [2, 3, 5], dtype: 'float32' },
    seed: { shape: [], dtype: 'int32' },
  } as const;
  const x = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i));

  test.each([
    ['simpleRNN', () => layers.simpleRNN(options)],
    ['gru', () => layers.gru(options)],
    ['lstm', () => layers.lstm(options)],
    [
      'bidirectional lstm',
      () => layers.bidirectional({ layer: layers.lstm(options), mergeMode: 'concat' }),
    ],
  ] as const)('%s: drawn from the seed input, captured as eagerly', async (_, make) => {
    const layer = make();
    layer.apply(tf.zeros([2, 3, 5]));
    const body = (training: boolean) => (inputs: InputTensors<typeof signature>) => ({
      y: layer.apply(inputs.x, { training }) as tf.Tensor,
    });
    const seeded = { seed: 'seed' } as const;
    const captured = await compile(body(true), signature, { threads: 1, ...seeded });
    const eager = await compile(body(true), signature, { engine: 'cpu', ...seeded });
    const seen: string[] = [];
    for (const seed of [1, 2, 1]) {
      const inputs = { x, seed: Int32Array.of(seed) };
      const { y } = await captured.run(inputs);
      expect(y).toBeAllClose((await eager.run(inputs)).y, { atol: 1e-5 });
      seen.push(y.join());
    }
    expect(seen[0]).toBe(seen[2]);
    expect(seen[0]).not.toBe(seen[1]);
    await captured.dispose();

    // At inference nothing is dropped, and no seed is asked for.
    const plain = await compile(
      ({ x: t }) => body(false)({ x: t } as never),
      { x: signature.x },
      { threads: 1 },
    );
    const expected = (layer.apply(tf.tensor(x, [2, 3, 5])) as tf.Tensor).dataSync();
    expect((await plain.run({ x })).y).toBeAllClose(expected, { atol: 1e-5 });
    await plain.dispose();
    await expect(compile(body(true), signature, { threads: 1 })).rejects.toThrow(
      /layer \w+ \(\w+\) draws random numbers at .*random-layers\.test\.ts.*\{ seed: 'seed' \}/,
    );
  });
});
