import type { InputSpec } from '@scene-mtl/runtime';
import type * as tf from '@tensorflow/tfjs';

/** Values of the inputs of a run. */
export type Values = Readonly<Record<string, Float32Array | Int32Array | Uint8Array | string[]>>;

/** What a program takes. `string` is for TensorFlow.js alone. */
export type Inputs = Readonly<
  Record<
    string,
    { readonly shape: readonly number[]; readonly dtype: InputSpec['dtype'] | 'string' }
  >
>;

/** One pass, or one step of a training, on the backend on which it was made. */
export interface Program {
  readonly inputs: Inputs;
  readonly step: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;
  /** The same where TensorFlow.js can only do it with promises: loops, sizes that depend on numbers. */
  readonly asyncStep?: (inputs: Record<string, tf.Tensor>) => Promise<Record<string, tf.Tensor>>;
  /** What the steps leave behind: variables, slots. */
  readonly state?: () => Record<string, tf.Tensor>;
  /** A model whose `trainOnBatch` is the step, on inputs that begin with x and targets that begin with y. */
  readonly model?: tf.LayersModel;
  /** Whether the model's layers draw: then the same draws come only from `compileModel`, which runs eagerly too. */
  readonly random?: boolean;
}

/** A program that people run in TensorFlow.js. */
export interface Subject {
  readonly id: string;
  /** Name and version of the package that it is from; absent for an example. */
  readonly from?: string;
  /** Steps after which results are compared; 1: it only infers. */
  readonly steps: number;
  /** Makes it on the current backend, the same each time. */
  readonly build: () => Promise<Program> | Program;
  readonly values: (inputs: Inputs, step: number) => Values;
}
