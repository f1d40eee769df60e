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
