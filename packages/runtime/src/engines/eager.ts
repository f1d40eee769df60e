import * as tf from '@tensorflow/tfjs';
import { withSeed } from '../capture/seed.ts';
import type { Compiled } from '../compile.ts';
import {
  checkInputs,
  type InputTensors,
  type InputValues,
  type Outputs,
  type OutputValues,
  type Signature,
} from '../signature.ts';

/**
 * Runs a step op by op on a TensorFlow.js backend that computes: the oracle in tests (`cpu`), or
 * TensorFlow's own engine (`tensorflow`).
 */
export function eagerStep<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  backend: string,
  seed?: string,
): Compiled<S, O> {
  const shapes: Record<string, readonly number[]> = {};
  return {
    engine: `eager/${backend}`,
    outputShapes: shapes as Record<keyof O & string, readonly number[]>,
    run: async (inputs: InputValues<S>) => {
      checkInputs(signature, inputs);
      await tf.setBackend(backend);
      tf.engine().startScope();
      try {
        const tensors = Object.fromEntries(
          Object.entries(signature).map(([name, { shape, dtype }]) => [
            name,
            tf.tensor(inputs[name] as Float32Array, [...shape], dtype),
          ]),
        );
        const result: Record<string, Float32Array | Int32Array | Uint8Array> = {};
        const drawn = seed === undefined ? undefined : tensors[seed];
        const outputs = drawn
          ? withSeed(drawn, () => step(tensors as InputTensors<S>))
          : step(tensors as InputTensors<S>);
        for (const [name, output] of Object.entries(outputs)) {
          shapes[name] = output.shape;
          result[name] = await output.data();
        }
        return result as OutputValues<O>;
      } finally {
        tf.engine().endScope();
      }
    },
    pull: () => Promise.resolve(),
    push: () => Promise.resolve(),
    save: (path) =>
      Promise.reject(
        new Error(`save: ${path}: the ${backend} engine has no graph; compile with engine 'onnx'`),
      ),
    dispose: () => Promise.resolve(),
  };
}
