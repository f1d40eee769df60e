import * as tf from '@tensorflow/tfjs';
import { withSeed } from '../capture/seed.ts';
import type { Compiled } from '../compile.ts';
import { insideStep } from '../ops/inside-step.ts';
import {
  batchOf,
  checkedInputs,
  checkOutputs,
  checkSignature,
  isOpen,
  withBatch,
  type InputTensors,
  type InputValues,
  type OpenSignature,
  type Outputs,
  type OutputValues,
  type Signature,
} from '../signature.ts';
import { Queue } from './queue.ts';

/** One for the process: TensorFlow.js has one current backend and one stack of scopes. */
const queue = new Queue();

/**
 * Runs a step op by op on a TensorFlow.js backend that computes: the oracle in tests (`cpu`), or
 * TensorFlow's own engine (`tensorflow`).
 */
export function eagerStep<S extends OpenSignature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  backend: string,
  seed?: string,
): Compiled<S, O> {
  const shapes: Record<string, readonly number[]> = {};

  const once = (fixed: Signature, inputs: ReturnType<typeof checkedInputs>): OutputValues<O> => {
    tf.engine().startScope();
    try {
      const tensors = Object.fromEntries(
        Object.entries(fixed).map(([name, { shape, dtype }]) => [
          name,
          tf.tensor(inputs[name], [...shape], dtype),
        ]),
      );
      const call = () => insideStep(() => step(tensors as unknown as InputTensors<S>));
      const outputs = seed === undefined ? call() : withSeed(tensors[seed], call);
      checkOutputs(outputs);
      const result: Record<string, Float32Array | Int32Array | Uint8Array> = {};
      for (const [name, output] of Object.entries(outputs as Outputs)) {
        shapes[name] = output.shape;
        // The backend may hand out an array of its own, or the input's.
        result[name] = output.dataSync().slice();
      }
      return result as OutputValues<O>;
    } finally {
      tf.engine().endScope();
    }
  };

  return {
    engine: `eager/${backend}`,
    outputShapes: shapes as Record<keyof O & string, readonly number[]>,
    run: async (inputs: InputValues<S>) => {
      const fixed = isOpen(signature)
        ? withBatch(signature, batchOf(signature, inputs))
        : signature;
      const values = checkedInputs(fixed as Signature, inputs);
      return queue.add(async () => {
        await tf.setBackend(backend);
        return once(fixed as Signature, values);
      });
    },
    pull: () => Promise.resolve(),
    push: () => Promise.resolve(),
    beside: (other, signatureOf) => {
      checkSignature(signatureOf, seed);
      return Promise.resolve(eagerStep(other, signatureOf, backend, seed));
    },
    save: (path) =>
      Promise.reject(
        new Error(`save: ${path}: the ${backend} engine has no graph; compile with engine 'onnx'`),
      ),
    dispose: () => Promise.resolve(),
  };
}
