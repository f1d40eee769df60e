import {
  compile,
  compileModel,
  withSeed,
  type CompiledModel,
  type Signature,
} from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import type { Numbers } from './difference.ts';
import type { Inputs, Program, Values } from './subject.ts';

/** A program at work on one engine. */
export interface Runner {
  run(values: Values): Promise<Numbers>;
  /** Variables as they are now. */
  state(): Promise<Numbers>;
  dispose(): Promise<void>;
}

/** Name of the input from which random layers draw. */
export const SEED = 'seed';

/** Seed of a model's random layers, on every engine. */
const LAYERS_SEED = 1;

type Backend = 'cpu' | 'wasm';

/** A program op by op in JavaScript, with the draws that it has when compiled. */
export async function referenceRunner(program: Program): Promise<Runner> {
  const { model, random = false } = program;
  return model && random
    ? modelRunner(program, await compileModel(model, { engine: 'cpu', seed: LAYERS_SEED }))
    : eagerRunner(program, 'cpu');
}

/**
 * Runs a program op by op in TensorFlow.js, on the backend on which it was built.
 * @param backend `cpu` or `wasm`
 */
export function eagerRunner(program: Program, backend: Backend): Runner {
  const { model, inputs } = program;
  return {
    async run(values) {
      await tf.setBackend(backend);
      const tensors = tensorsOf(inputs, values);
      try {
        if (model)
          return numbersOf(await model.trainOnBatch(...(batchOf(tensors) as [never, never])));
        const outputs = program.asyncStep
          ? await program.asyncStep(tensors)
          : tf.tidy(() => {
              const drawn = tensors[SEED] as tf.Tensor | undefined;
              return drawn ? withSeed(drawn, () => program.step(tensors)) : program.step(tensors);
            });
        const read = readAll(outputs);
        tf.dispose(outputs);
        return read;
      } finally {
        tf.dispose(tensors);
        await tf.setBackend('cpu');
      }
    },
    state: () => Promise.resolve(stateOf(program)),
    dispose: () => Promise.resolve(),
  };
}

/**
 * Runs a program as a compiled step on ONNX Runtime.
 * @throws when it cannot be captured; a model's `trainOnBatch` is captured by its first run
 */
export async function ourRunner(program: Program, threads: number): Promise<Runner> {
  const { model, inputs } = program;
  if (model) return modelRunner(program, await compileModel(model, { threads, seed: LAYERS_SEED }));
  const compiled = await compile(program.step as never, inputs as Signature, {
    threads,
    ...(SEED in inputs && { seed: SEED }),
  });
  return {
    run: (values) => compiled.run(values as never),
    state: async () => {
      await compiled.pull();
      return stateOf(program);
    },
    dispose: () => compiled.dispose(),
  };
}

function modelRunner(program: Program, compiled: CompiledModel): Runner {
  return {
    async run(values) {
      const tensors = tensorsOf(program.inputs, values);
      const found = await compiled.trainOnBatch(...batchOf(tensors));
      tf.dispose(tensors);
      return numbersOf(found);
    },
    state: () => Promise.resolve(stateOf(program)),
    dispose: () => compiled.dispose(),
  };
}

function tensorsOf(inputs: Inputs, values: Values): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => [
      name,
      tf.tensor(values[name], [...shape], dtype),
    ]),
  );
}

/** Inputs and targets, in order. */
function batchOf(tensors: Record<string, tf.Tensor>): [tf.Tensor[], tf.Tensor[]] {
  const of = (letter: string) =>
    Object.keys(tensors)
      .filter((name) => name.startsWith(letter))
      .map((name) => tensors[name]);
  return [of('x'), of('y')];
}

const numbersOf = (found: number | number[]): Numbers => ({ numbers: [found].flat() });

const readAll = (tensors: Record<string, tf.Tensor>): Numbers =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
  );

function stateOf({ state, model }: Program): Numbers {
  const variables = state ? state() : {};
  const weights = model?.weights.map((weight) => weight.read()) ?? [];
  return readAll({ ...variables, ...Object.fromEntries(weights.map((w, i) => [`weight${i}`, w])) });
}
