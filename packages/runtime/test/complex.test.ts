import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { CaptureError, compile, type InputTensors, type Outputs } from '../src/index.ts';

/** Complex numbers inside steps, and what is made of them by the discrete Fourier transform. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => tf.disposeVariables());

const four = { shape: [1, 4], dtype: 'float32' } as const;
const signature = { x: four, y: four };
type Inputs = InputTensors<typeof signature>;

const x = Float32Array.of(1, 2, 3, 4);
const y = Float32Array.of(5, -1, 0, 2);

const parts = (z: tf.Tensor): Outputs => ({ re: tf.real(z), im: tf.imag(z) });

async function both(step: (inputs: Inputs) => Outputs): Promise<Record<string, number[]>> {
  const results = [];
  for (const options of [{ threads: 1 }, { engine: 'cpu' }] as const) {
    const compiled = await compile(step, signature, options);
    const outputs = await compiled.run({ x, y });
    await compiled.dispose();
    results.push(outputs);
  }
  const [captured, eager] = results;
  for (const [name, values] of Object.entries(eager)) {
    expect(captured[name]).toBeAllClose(values, { rtol: 1e-5, atol: 1e-5 });
  }
  return Object.fromEntries(
    Object.entries(captured).map(([name, values]) => [name, Array.from(values)]),
  );
}

/** As the step has them: to 5 digits. */
const near = (values: readonly number[]): unknown[] => values.map((v) => expect.closeTo(v, 4));

describe('the discrete Fourier transform', () => {
  test('of real numbers, by its definition', async () => {
    // X_k = Σ x_n · (−i)^(nk): 10, (1 − 3) + (4 − 2)i, 1 − 2 + 3 − 4, (1 − 3) − (4 − 2)i
    const { re, im } = await both(({ x: t }) =>
      parts(tf.spectral.fft(tf.complex(t, tf.zerosLike(t)))),
    );
    expect(re).toEqual(near([10, -2, -2, -2]));
    expect(im).toEqual(near([0, 2, 0, -2]));
  });

  test('and back gives the numbers', async () => {
    const { re, im } = await both(({ x: t, y: u }) =>
      parts(tf.spectral.ifft(tf.spectral.fft(tf.complex(t, u)))),
    );
    expect(re).toEqual(near([...x]));
    expect(im).toEqual(near([...y]));
  });

  test('rfft and irfft, as long as asked for', async () => {
    const { re, back, padded } = await both(({ x: t }) => ({
      re: tf.real(tf.spectral.rfft(t)),
      back: tf.spectral.irfft(tf.spectral.rfft(t)),
      padded: tf.imag(tf.spectral.rfft(t, 6)),
    }));
    expect(re).toEqual(near([10, -2, -2]));
    expect(back).toEqual(near([...x]));
    expect(padded).toHaveLength(4);
  });
});

test('a file of every opset gives the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-'));
  const compiled = await compile(
    ({ x: t, y: u }) => parts(tf.spectral.fft(tf.complex(t, u))),
    signature,
    { threads: 1 },
  );
  try {
    const expected = await compiled.run({ x, y });
    for (const opset of [17, 19, 20, 21] as const) {
      const path = join(folder, `${opset}.onnx`);
      await compiled.save(path, { opset });
      const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
      const feeds = { x: new ort.Tensor(x, [1, 4]), y: new ort.Tensor(y, [1, 4]) };
      const found = await session.run(feeds);
      for (const name of ['re', 'im'] as const) {
        expect(found[name].data).toBeAllClose(expected[name], { rtol: 1e-5, atol: 1e-5 });
      }
      await session.release();
    }
  } finally {
    await compiled.dispose();
    await rm(folder, { recursive: true });
  }
});

test('arithmetic of complex numbers', async () => {
  // (1 + 5i)·(1 + 5i) = 1 − 25 + 10i; of the others (2 − i)² = 3 − 4i, 3² = 9, (4 + 2i)² = 12 + 16i
  const { re, im, length, sum } = await both(({ x: t, y: u }) => {
    const z = tf.complex(t, u);
    return {
      ...parts(tf.mul(z, z)),
      length: tf.abs(z),
      sum: tf.real(tf.concat([tf.add(z, t), tf.reshape(tf.sub(z, z), [1, 4])], 1)),
    };
  });
  expect(re).toEqual(near([-24, 3, 9, 12]));
  expect(im).toEqual(near([10, -4, 0, 16]));
  // √26, √5, 3, √20
  expect(length).toEqual(near([5.09902, 2.23607, 3, 4.47214]));
  expect(sum).toEqual(near([2, 4, 6, 8, 0, 0, 0, 0]));
});

describe('refused, with what to do', () => {
  const compileOf = (step: (inputs: Inputs) => Outputs) => compile(step, signature, { threads: 1 });

  test('a kernel that takes none', async () => {
    const failed = compileOf(({ x: t, y: u }) => parts(tf.neg(tf.complex(t, u))));
    await expect(failed).rejects.toThrow(CaptureError);
    await expect(failed).rejects.toThrow(
      /Neg at .*complex\.test\.ts:\d+:\d+ takes no complex numbers.*tf\.real and tf\.imag/,
    );
  });

  test('a complex output', async () => {
    await expect(compileOf(({ x: t, y: u }) => ({ z: tf.complex(t, u) }))).rejects.toThrow(
      /float32, int32 and bool tensors, got complex64.*tf\.real and tf\.imag/,
    );
  });

  test('complex numbers from outside the step, which stay as they are', async () => {
    const z = tf.complex([[1, 0, 0, 0]], [[0, 1, 0, 0]]);
    await expect(
      compileOf(({ x: t }) => parts(tf.mul(z, tf.cast(t, 'complex64')))),
    ).rejects.toThrow(
      /complex numbers from outside the step, at .*complex\.test\.ts:\d+:\d+; make them inside/,
    );
    expect(Array.from(tf.imag(z).dataSync())).toEqual([0, 1, 0, 0]);
  });
});
