import type * as tf from '@tensorflow/tfjs';
import { CaptureError } from './capture/errors.ts';
import { capture, type Captured } from './capture/trace.ts';
import { blame, nonFinite, restore, snapshotOf, type DebugOptions } from './debug.ts';
import { eagerStep } from './engines/eager.ts';
import { OnnxStep, type OnnxOptions } from './engines/onnx.ts';
import { checkEngine } from './engines/options.ts';
import { loadTensorFlow } from './engines/tensorflow.ts';
import type { Ref } from './onnx/graph.ts';
import { standaloneModel, writeWhole } from './save.ts';
import {
  checkInputs,
  checkSignature,
  type InputTensors,
  type InputValues,
  type Outputs,
  type OutputValues,
  type Signature,
} from './signature.ts';

/**
 * A step compiled for one signature. The values of every `tf.Variable` that the step reads or
 * assigns live in the engine between runs.
 */
export interface Compiled<S extends Signature, O extends Outputs> {
  /** Engine that runs it, for example `onnx/cpu` or `eager/cpu`. */
  readonly engine: string;
  /** Shapes of the outputs by name. */
  readonly outputShapes: Readonly<Record<keyof O & string, readonly number[]>>;
  /**
   * Runs one step. The arrays returned are overwritten by the next run.
   * @throws when an input is missing, unknown, or of another size or type; with
   * `debug: { finite: true }` also when a result is not finite
   */
  run(inputs: InputValues<S>): Promise<OutputValues<O>>;
  /** Copies the engine's state into the `tf.Variable`s, to read, save or evaluate them. */
  pull(): Promise<void>;
  /** Copies the `tf.Variable`s into the engine, after they were loaded or changed outside. */
  push(): Promise<void>;
  /**
   * Writes the step as a standalone `.onnx` file for any ONNX runtime (opset 21, standard operators
   * only): variables with their present values inside, inputs and outputs by their names and
   * row-major as in TensorFlow.js. Assignments to variables are left out.
   * @param metadata written as the model's `metadata_props`
   */
  save(path: string, metadata?: Readonly<Record<string, string>>): Promise<void>;
  /** Frees the engine's buffers; the `tf.Variable`s keep what `pull` last gave them. */
  dispose(): Promise<void>;
}

/** Which engine runs a step, and how. */
export interface CompileOptions extends OnnxOptions {
  /**
   * Default: `onnx`, on `device`. `cpu` (TensorFlow.js alone) and `tensorflow` (tfjs-node-gpu or
   * tfjs-node) run the step eagerly, op by op.
   */
  readonly engine?: 'onnx' | 'cpu' | 'tensorflow';
  /**
   * Name of an int32 scalar input from which the random layers of `tf.layers` (Dropout,
   * SpatialDropout1D, AlphaDropout, GaussianNoise, GaussianDropout) draw when called with
   * `training: true`. The same seed gives the same draws on every engine. Without it such a layer
   * is an error, with or without a seed of its own.
   */
  readonly seed?: string;
  /** Checks after every step; engine `onnx` only. */
  readonly debug?: DebugOptions;
}

/**
 * Captures a TensorFlow.js step and compiles it for repeated runs: training or inference.
 *
 * `step` is called once or twice with symbolic tensors: everything it does (forward pass,
 * `variableGrads`, `variable.assign` in an optimiser) becomes one graph. It must be a function of
 * its inputs and of `tf.Variable`s alone; what varies from step to step, a learning rate for
 * example, comes in as an input.
 *
 * @throws CaptureError for an op without a lowering, a value read inside the step, a random draw,
 * or variables created on every call; Error when the engine or its device does not start
 * @example
 * ```ts
 * import { compile } from '@scene-mtl/runtime';
 * import * as tf from '@tensorflow/tfjs';
 * const w = tf.variable(tf.scalar(2));
 * const step = ({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, w) });
 * const compiled = await compile(step, { x: { shape: [3], dtype: 'float32' } });
 * (await compiled.run({ x: Float32Array.of(1, 2, 3) })).y; // → [2, 4, 6]
 * await compiled.dispose();
 * ```
 */
export async function compile<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  options: CompileOptions = {},
): Promise<Compiled<S, O>> {
  const { engine = 'onnx', device = 'cpu', seed, debug = {} } = options;
  checkEngine(options);
  checkSignature(signature, seed);
  if (engine !== 'onnx') {
    if (debug.finite) {
      throw new Error(`compile: debug needs engine 'onnx', got '${engine}'`);
    }
    if (engine === 'tensorflow') await loadTensorFlow();
    return eagerStep(step, signature, engine, seed);
  }
  const { trace, optimisers } = await captureWithState(step, signature, seed);
  const onnx = await OnnxStep.create(trace, options);
  let steps = 0;
  return {
    engine: `onnx/${device}`,
    outputShapes: shapesOf(onnx.lowered.outputs) as Record<keyof O & string, readonly number[]>,
    run: async (inputs) => {
      checkInputs(signature, inputs);
      const before = debug.finite ? snapshotOf(onnx) : [];
      const outputs = await onnx.run(inputs);
      const bad = debug.finite ? nonFinite(onnx, trace, outputs) : undefined;
      if (bad) {
        restore(before);
        onnx.push();
        const cause = await blame(trace, bad.value, inputs, options);
        throw new Error(
          `run: ${bad.what} is not finite after step ${steps + 1}: ${cause}. ` +
            'The variables are back at their values before the step',
        );
      }
      steps++;
      for (const optimiser of optimisers) countStep(optimiser);
      return outputs as OutputValues<O>;
    },
    pull: () => {
      restore(onnx.state());
      return Promise.resolve();
    },
    push: () => {
      onnx.push();
      return Promise.resolve();
    },
    save: (path, metadata) =>
      writeWhole(path, standaloneModel(trace, new Map(onnx.state()), metadata)),
    dispose: () => onnx.dispose(),
  };
}

/**
 * Captures a step. Variables that it creates on its first call (the slots of a `tf.train` optimiser)
 * start from the value it gave them, and the step is captured again with them in place.
 */
async function captureWithState<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  seed: string | undefined,
): Promise<Captured> {
  const first = capture(step, signature, seed);
  if (first.created.length === 0) return first;
  const outputs = Object.fromEntries(first.created.map(({ initial }, i) => [`${i}`, initial]));
  const initial = await OnnxStep.create({ ...first.trace, inputs: {}, outputs, variables: [] });
  const values = await initial.run({});
  restore(first.created.map(({ variable }, i) => [variable, values[`${i}`]] as const));
  await initial.dispose();
  const second = capture(step, signature, seed);
  if (second.created.length > 0) {
    const names = second.created.map(({ variable }) => variable.name).join(', ');
    throw new CaptureError(
      `compile: the step creates new variables on every call (${names}); create them before compile()`,
    );
  }
  return second;
}

/** Optimisers count their steps in JavaScript, for `getWeights`; nothing computes with it. */
const countStep = (optimiser: tf.Optimizer): void =>
  (optimiser as unknown as { incrementIterations(): void }).incrementIterations();

const shapesOf = (refs: Readonly<Record<string, Ref>>) =>
  Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, ref.shape]));
