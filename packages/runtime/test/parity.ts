import * as tf from '@tensorflow/tfjs';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { compile, type CompileOptions, type Signature } from '../src/index.ts';
import { capture } from '../src/capture/trace.ts';
import { kernels as lowered, compositions } from '../src/kernels/index.ts';
import {
  numbers,
  withGradients,
  type Example,
  type Family,
  type Given,
  type Tensors,
} from './examples.ts';

tf.env().set('IS_TEST', true);

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

const signatureOf = ({ given }: Example): Signature =>
  Object.fromEntries(
    Object.entries(given).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );

const valuesOf = ({ given }: Example) =>
  Object.fromEntries(
    Object.entries(given).map(([name, { values, dtype }]) => [name, arrays[dtype].from(values)]),
  ) as Record<string, Float32Array>;

/** What the plain CPU backend gives, op by op. */
export async function eager(example: Example): Promise<Record<string, ArrayLike<number>>> {
  await tf.setBackend('cpu');
  const step = await compile(example.step, signatureOf(example), { engine: 'cpu' });
  const result = await step.run(valuesOf(example) as never);
  return result;
}

/** What the captured step gives on ONNX Runtime. */
export async function captured(
  example: Example,
  options: CompileOptions = {},
): Promise<Record<string, ArrayLike<number>>> {
  await tf.setBackend('cpu');
  const step = await compile(example.step, signatureOf(example), { threads: 1, ...options });
  try {
    return await step.run(valuesOf(example) as never);
  } finally {
    await step.dispose();
  }
}

/** Names of the kernels that a captured step holds, compositions by their own name. */
function kernelsOf(example: Example): Set<string> {
  const names = new Set<string>();
  const engine = tf.engine() as unknown as {
    runKernel: (name: string, ...rest: unknown[]) => unknown;
  };
  const prototype = Object.getPrototypeOf(engine) as typeof engine;
  engine.runKernel = (name, ...rest) => {
    names.add(name);
    return prototype.runKernel.call(engine, name, ...rest);
  };
  try {
    capture(example.step, signatureOf(example));
  } finally {
    delete (engine as { runKernel?: unknown }).runKernel;
  }
  return names;
}

/** Checks a family: captured in both layouts against eager on the CPU backend. */
export async function checkFamily(family: Family): Promise<void> {
  const { covers, examples, runs = 6, tolerance = {} } = family;
  const within = { rtol: 1e-4, atol: 1e-5, ...tolerance };
  for (const name of covers) expect(lowered.has(name) || compositions.has(name)).toBe(true);
  const used = new Set<string>();
  const property = fc.asyncProperty(examples, async (example) => {
    const expected = await eager(example);
    for (const name of kernelsOf(example)) used.add(name);
    for (const options of [{}, { block: 0 }]) {
      const actual = await captured(example, options);
      for (const [name, values] of Object.entries(expected)) {
        try {
          expect(actual[name]).toBeAllClose(values, within);
        } catch (error) {
          const where = 'block' in options ? 'without blocks' : 'with the default block';
          throw new Error(`output ${name}, ${where}: ${(error as Error).message}`, {
            cause: error,
          });
        }
      }
    }
  });
  await fc.assert(property, { numRuns: runs, seed: 20180424 });
  expect(covers.filter((name) => !used.has(name))).toEqual([]);
}

/**
 * Checks eager gradients against central differences along random directions v:
 * (L(x + h·v) − L(x − h·v)) / 2h = ⟨∂L/∂x, v⟩, L the weighted sum of y.
 */
export async function checkGradient(
  f: (inputs: Tensors) => tf.Tensor,
  given: Readonly<Record<string, Given>>,
  names: readonly string[],
  { h = 1e-2, rtol = 2e-2 } = {},
): Promise<void> {
  const at = await eager({ given, step: withGradients(f, names) });
  const loss = async (name: string, v: readonly number[], by: number) => {
    const x = given[name];
    const moved = { ...x, values: x.values.map((value, i) => value + by * v[i]) };
    const example = { given: { ...given, [name]: moved }, step: (t: Tensors) => ({ y: f(t) }) };
    const { y } = await eager(example);
    const weights = numbers(7, [y.length]).map(Math.fround);
    return Array.from(y).reduce((sum, value, i) => sum + value * weights[i], 0);
  };
  for (const name of names) {
    for (const seed of [3, 4]) {
      const v = numbers(seed, given[name].shape, -1, 1);
      const numeric = ((await loss(name, v, h)) - (await loss(name, v, -h))) / (2 * h);
      const gradient = at[`d/${name}`];
      const exact = v.reduce((sum, value, i) => sum + value * gradient[i], 0);
      const norm = Math.sqrt(v.reduce((sum, _, i) => sum + gradient[i] ** 2, 0));
      const tolerance = rtol * Math.max(norm, Math.abs(numeric), 1e-3);
      if (!(Math.abs(numeric - exact) <= tolerance)) {
        throw new Error(`gradient to ${name}: by differences ${numeric}, computed ${exact}`);
      }
    }
  }
}
