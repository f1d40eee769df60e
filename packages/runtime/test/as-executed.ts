import { expect } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { compile, type Signature } from '../src/index.ts';
import { load, type ModelText } from './graph-models.ts';

/** Graph models compiled, and as TensorFlow.js' `executeAsync` runs them. */

type Numbers = Readonly<Record<string, Float32Array | Int32Array | Uint8Array>>;

type Output = readonly [name: string, shape: readonly number[], numbers: readonly number[]];

/** Same names and shapes, and numbers but for rounding, as transcendental functions differ. */
function expectSame(found: readonly Output[], expected: readonly Output[]): void {
  expect(found.map((one) => one.slice(0, 2))).toEqual(expected.map((one) => one.slice(0, 2)));
  found.forEach(([, , numbers], i) => expect(numbers).toBeAllClose(expected[i][2]));
}

/** What a model gives, by numbered names. */
export const outputsOf = (result: tf.Tensor | tf.Tensor[]) =>
  Object.fromEntries([result].flat().map((tensor, i) => [`y${i}`, tensor]));

async function eagerly(model: tf.GraphModel, text: ModelText, values: Numbers): Promise<Output[]> {
  const inputs = Object.fromEntries(
    Object.entries(text.inputs).map(([name, { shape, dtype }]) => [
      name,
      tf.tensor(values[name], [...shape], dtype),
    ]),
  );
  const found = outputsOf(await model.executeAsync(inputs));
  return Object.entries(found).map(
    ([name, x]) => [name, x.shape, Array.from(x.dataSync())] as const,
  );
}

/** The numbers of a saved step in ONNX Runtime, by themselves. */
async function saved(path: string, text: ModelText, values: Numbers): Promise<Output[]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4 });
  const feeds = Object.fromEntries(
    Object.entries(text.inputs).map(([name, { shape, dtype }]) => [
      name,
      new ort.Tensor(dtype as 'float32', values[name] as Float32Array, [...shape]),
    ]),
  );
  const found = await session.run(feeds);
  await session.release();
  return Object.entries(found).map(([name, { dims, data }]) => [
    name,
    [...dims],
    Array.from(data as Float32Array),
  ]);
}

/** Runs a model compiled, read-only and saved, on the same numbers as eagerly; gives what the first run found. */
export async function asEager(text: ModelText, all: readonly Numbers[]): Promise<number[][]> {
  const model = await load(text);
  const step = (inputs: Record<string, tf.Tensor>) => outputsOf(model.execute(inputs));
  const folder = await mkdtemp(join(tmpdir(), 'control-flow-'));
  try {
    const path = join(folder, 'model.onnx');
    const runs = [
      await compile(step as never, text.inputs as Signature, { threads: 1 }),
      await compile(step as never, text.inputs as Signature, { threads: 1, inference: true }),
      await compile(step as never, text.inputs as Signature, { engine: 'cpu' }),
    ];
    await runs[0].save(path);
    for (const values of all) {
      const expected = await eagerly(model, text, values);
      for (const compiled of runs) {
        const found: Numbers = await compiled.run(values as never);
        const shapes = compiled.outputShapes as Record<string, readonly number[]>;
        expectSame(
          Object.keys(found).map((k) => [k, shapes[k], Array.from(found[k])]),
          expected,
        );
      }
      expectSame(await saved(path, text, values), expected);
    }
    const [first]: Numbers[] = [await runs[0].run(all[0] as never)];
    for (const compiled of runs) await compiled.dispose();
    return Object.values(first).map((y) => Array.from(y));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** float32 numbers. */
export const floats = (...numbers: number[]) => Float32Array.from(numbers);
/** int32 numbers. */
export const ints = (...numbers: number[]) => Int32Array.from(numbers);
