import * as tf from '@tensorflow/tfjs';
import { CaptureError } from './capture/errors.ts';
import { capture } from './capture/trace.ts';
import type { Trace } from './capture/value.ts';
import { eagerStep } from './engines/eager.ts';
import { OnnxStep, type OnnxOptions } from './engines/onnx.ts';
import { sizeOf, type Ref } from './onnx/graph.ts';

/** Shape and type of one per-step input. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** The per-step inputs of a step, by name. */
export type Signature = Readonly<Record<string, InputSpec>>;

/** Per-step input values: flat row-major arrays of the size that the signature states. */
export type InputValues<S extends Signature> = {
  readonly [K in keyof S]: S[K]['dtype'] extends 'float32'
    ? Float32Array
    : S[K]['dtype'] extends 'int32'
      ? Int32Array
      : Uint8Array;
};

/** Symbolic or eager tensors of the inputs, as the step sees them. */
export type InputTensors<S extends Signature> = { readonly [K in keyof S]: tf.Tensor };

/** What a step returns: tensors by name. */
export type Outputs = Record<string, tf.Tensor>;

/** Output values of one run, row-major, by the names that the step returned. */
export type OutputValues<O extends Outputs> = {
  readonly [K in keyof O]: Float32Array | Int32Array | Uint8Array;
};

/**
 * A step compiled for one signature. The values of every `tf.Variable` that the step reads or
 * assigns live in the engine between runs.
 */
export interface Compiled<S extends Signature, O extends Outputs> {
  /** Engine that runs it, for example `onnx/cpu` or `eager/cpu`. */
  readonly engine: string;
  /** Shapes of the outputs by name. */
  readonly outputShapes: Readonly<Record<keyof O & string, readonly number[]>>;
  /** Runs one step. Throws when an input is missing or of another size or type. */
  run(inputs: InputValues<S>): Promise<OutputValues<O>>;
  /** Copies the engine's state into the `tf.Variable`s, to read, save or evaluate them. */
  pull(): Promise<void>;
  /** Copies the `tf.Variable`s into the engine, after they were loaded or changed outside. */
  push(): Promise<void>;
  /** Frees the engine's buffers; the `tf.Variable`s keep what `pull` last gave them. */
  dispose(): Promise<void>;
}

/** Which engine runs a step, and how. */
export interface CompileOptions extends OnnxOptions {
  /** Default: `onnx`. `cpu` and `tensorflow` run the step eagerly, op by op. */
  readonly engine?: 'onnx' | 'cpu' | 'tensorflow';
}

/**
 * Captures a TensorFlow.js step and compiles it for repeated runs.
 *
 * `step` is called once or twice with symbolic tensors: everything it does (forward pass,
 * `variableGrads`, `variable.assign` in an optimiser) becomes one graph. It must be a function of
 * its inputs and of `tf.Variable`s alone; what varies from step to step comes in as an input.
 *
 * @throws CaptureError for an op without a lowering, a value read inside the step, a random draw
 */
export async function compile<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  options: CompileOptions = {},
): Promise<Compiled<S, O>> {
  const { engine = 'onnx' } = options;
  if (engine !== 'onnx') return eagerStep(step, signature, engine);
  const trace = await captureWithState(step, signature);
  const compiled = await OnnxStep.create(trace, options);
  return {
    engine: 'onnx/cpu',
    outputShapes: shapesOf(compiled.lowered.outputs) as Record<keyof O & string, readonly number[]>,
    run: async (inputs) => {
      check(signature, inputs);
      return (await compiled.run(inputs as never)) as OutputValues<O>;
    },
    pull: () => {
      for (const [variable, values] of compiled.state()) {
        tf.tidy(() => variable.assign(tf.tensor(values.slice(), variable.shape, variable.dtype)));
      }
      return Promise.resolve();
    },
    push: () => {
      compiled.push();
      return Promise.resolve();
    },
    dispose: () => compiled.dispose(),
  };
}

/**
 * Captures a step. Variables that it creates on its first call (the slots of a `tf.train` optimiser)
 * start from the value it gave them, and the step is captured again with them in place.
 */
async function captureWithState<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
): Promise<Trace> {
  const first = capture(step, signature);
  if (first.created.length === 0) return first.trace;
  const outputs = Object.fromEntries(first.created.map(({ initial }, i) => [`${i}`, initial]));
  const initial = await OnnxStep.create({ ...first.trace, inputs: {}, outputs, variables: [] });
  const values = await initial.run({});
  for (const [i, { variable }] of first.created.entries()) {
    tf.tidy(() =>
      variable.assign(tf.tensor(values[`${i}`].slice(), variable.shape, variable.dtype)),
    );
  }
  await initial.dispose();
  const second = capture(step, signature);
  if (second.created.length > 0) {
    const names = second.created.map(({ variable }) => variable.name).join(', ');
    throw new CaptureError(
      `compile: the step creates new variables on every call (${names}); create them before compile()`,
    );
  }
  return second.trace;
}

const shapesOf = (refs: Readonly<Record<string, Ref>>) =>
  Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, ref.shape]));

const arrayNames = { float32: 'Float32Array', int32: 'Int32Array', bool: 'Uint8Array' } as const;

function check(signature: Signature, inputs: Readonly<Record<string, ArrayLike<number>>>): void {
  for (const [name, { shape, dtype }] of Object.entries(signature)) {
    const value = inputs[name] as ArrayLike<number> | undefined;
    const expected = `${arrayNames[dtype]} of ${sizeOf(shape)} elements for shape [${shape.join(', ')}]`;
    if (value === undefined)
      throw new Error(`run: input '${name}' is missing; expected a ${expected}`);
    // By name, since a typed array may come from another realm.
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind !== arrayNames[dtype] || value.length !== sizeOf(shape)) {
      throw new Error(
        `run: input '${name}': expected a ${expected}, got a ${kind} of ${value.length}; ` +
          'compile the step again for another signature',
      );
    }
  }
  for (const name of Object.keys(inputs)) {
    if (!(name in signature)) {
      throw new Error(
        `run: input '${name}' is not in the signature (${Object.keys(signature).join(', ')})`,
      );
    }
  }
}
