import * as tf from '@tensorflow/tfjs';
import { captureTwice } from './capture/capture-twice.ts';
import { restore, type DebugOptions } from './debug.ts';
import { eagerStep } from './engines/eager.ts';
import type { OnnxOptions } from './engines/onnx.ts';
import { checkEngine, checkNames } from './engines/options.ts';
import { Queue } from './engines/queue.ts';
import { Recent } from './engines/recent.ts';
import { reload, valuesOf, type State } from './engines/state.ts';
import { loadTensorFlow } from './engines/tensorflow.ts';
import type { Trace } from './capture/value.ts';
import { fixedStep, type FixedStep } from './fixed-step.ts';
import { standaloneModel } from './save/model.ts';
import { openBatch, SAMPLES } from './save/open-batch.ts';
import { saveSettings, type SaveOptions } from './save/options.ts';
import { writeModel } from './save/write.ts';
import {
  batchOf,
  checkedInputs,
  checkSignature,
  isOpen,
  withBatch,
  type InputTensors,
  type InputValues,
  type OpenSignature,
  type Outputs,
  type OutputValues,
  type Signature,
} from './signature.ts';

/**
 * A step compiled for one signature. The values of every `tf.Variable` that the step reads or
 * assigns live in the engine between runs.
 */
export interface Compiled<S extends OpenSignature, O extends Outputs> {
  /** Engine that runs it, for example `onnx/cpu` or `eager/cpu`. */
  readonly engine: string;
  /** Shapes of the outputs by name; where the signature leaves the batch open, of the run before. */
  readonly outputShapes: Readonly<Record<keyof O & string, readonly number[]>>;
  /**
   * Runs one step, after those asked for before it. The arrays returned are the caller's own, unless
   * `reuseOutputs` is set; those given are read until the promise settles.
   * @throws when an input is missing, unknown, or of another size or type, an index is out of range,
   * or the settings of an optimiser have changed; with `debug: { finite: true }` also when a result is
   * not finite
   */
  run(inputs: InputValues<S>): Promise<OutputValues<O>>;
  /** Copies the engine's state into the `tf.Variable`s, to read, save or evaluate them. */
  pull(): Promise<void>;
  /** Copies the `tf.Variable`s into the engine, after they were loaded or changed outside. */
  push(): Promise<void>;
  /**
   * Compiles another step with the same options that works on the same variables: what one of the two assigns
   * the other reads, without `pull` and `push`, which are for the variables of both. They run one after the
   * other, in the order asked for, and are disposed of each by itself.
   * @param options what differs from those of `compile`
   * @throws as `compile`
   * @example
   * ```ts
   * import { compile } from '@scene-mtl/runtime';
   * import * as tf from '@tensorflow/tfjs';
   * const w = tf.variable(tf.scalar(2));
   * const doubling = await compile(() => {
   *   w.assign(tf.mul(w, 2));
   *   return {};
   * }, {});
   * const reading = await doubling.beside(() => ({ square: tf.square(w) }), {});
   * await doubling.run({});
   * (await reading.run({})).square; // → [16]
   * ```
   */
  beside<const T extends OpenSignature, P extends Outputs>(
    step: (inputs: InputTensors<T>) => P,
    signature: T,
    options?: Pick<CompileOptions, 'inference'>,
  ): Promise<Compiled<T, P>>;
  /**
   * Writes the step as a standalone `.onnx` file for any ONNX runtime (standard operators only): variables with their
   * present values inside, inputs and outputs by their names and row-major as in TensorFlow.js. Assignments to variables
   * are left out. With an open batch the file is for any size, or for the one of `options.batch`.
   * @throws when an option is unknown, an output bears the name of an input, an op is not in the opset, is another one
   * for another batch size or not in the standard, or the file cannot be written
   */
  save(path: string, options?: SaveOptions): Promise<void>;
  /** Frees the engine's buffers; the `tf.Variable`s keep what `pull` last gave them. Twice does no harm. */
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
   * SpatialDropout1D, AlphaDropout, GaussianNoise, GaussianDropout, and the dropout of SimpleRNN, GRU,
   * LSTM and ConvLSTM2D) draw when called with `training: true`. The same seed gives the same draws on every engine. Without it such a layer
   * is an error, with or without a seed of its own.
   */
  readonly seed?: string;
  /** Checks after every step; engine `onnx` only. */
  readonly debug?: DebugOptions;
  /**
   * Where the signature leaves the batch open: sizes whose sessions are kept, engine `onnx` only. Each is compiled when it
   * first comes; of one more, the one that was not used for longest is freed. Default: 8.
   */
  readonly batchSizes?: number;
  /**
   * Whether the step assigns no variable and is to run as fast as its saved file does in ONNX Runtime,
   * engine `onnx` only: the values of its variables are constants, which ONNX Runtime folds and lays out.
   * After `push`, or a step `beside` it that assigns one, the next run makes the session anew, as slow as
   * `compile`. The last bits of a result may differ from those without. Default: false.
   */
  readonly inference?: boolean;
}

/**
 * Captures a TensorFlow.js step and compiles it for repeated runs: training or inference.
 *
 * `step` is called twice with symbolic tensors: everything it does (forward pass, `variableGrads`,
 * `variable.assign` in an optimiser) becomes one graph. It must be a function of its inputs and of
 * `tf.Variable`s alone; what varies from step to step, a learning rate for example, comes in as an
 * input. What it closes over besides, tensors and numbers, is constant from here on.
 * A graph model is called by `execute` or `predict`, with the loops and conditions that it may have.
 *
 * A first size of null in the signature, `[null, 28, 28, 1]`, leaves the batch open: the step is compiled when a size first
 * comes, with the errors that follow then.
 *
 * @throws CaptureError for an op without a lowering, a value read inside the step, a random draw, an
 * async step, a step that does something else on its second call or keeps a tensor for it, or
 * variables created on every call; Error when the engine or its device does not start
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
export async function compile<const S extends OpenSignature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  options: CompileOptions = {},
): Promise<Compiled<S, O>> {
  checkNames('compile', options);
  const { engine = 'onnx', seed, debug = {}, batchSizes = 8 } = options;
  checkEngine(options);
  checkSignature(signature, seed);
  if (!Number.isSafeInteger(batchSizes) || batchSizes < 1) {
    throw new Error(
      `compile: batchSizes: expected a whole number above 0, got ${String(batchSizes)}`,
    );
  }
  if (engine !== 'onnx') {
    if (debug.finite || debug.frozen) {
      throw new Error(`compile: debug needs engine 'onnx', got '${engine}'`);
    }
    if (engine === 'tensorflow') await loadTensorFlow();
    return eagerStep(step, signature, engine, seed);
  }
  // A fresh process has no backend yet to come back to.
  await tf.ready();
  return compiledIn({ state: new Map(), queue: new Queue() }, step, signature, options);
}

/** What steps that work on the same variables have in common. */
interface Common {
  readonly state: State;
  readonly queue: Queue;
}

async function compiledIn<S extends OpenSignature, O extends Outputs>(
  common: Common,
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  options: CompileOptions,
): Promise<Compiled<S, O>> {
  const { device = 'cpu', seed, batchSizes = 8 } = options;
  const { queue, state } = common;
  const open = isOpen(signature);
  const of = (fixed: Signature) => fixedStep(state, step as never, fixed, options);
  const sizes = new Recent<number, FixedStep>(batchSizes, (one) => one.dispose());
  /** Of a signature without an open size the only one, under 0. */
  const sized = (batch: number) => sizes.get(batch, () => of(withBatch(signature, batch)));
  let last = open ? undefined : await sized(0);
  let disposed = false;

  const once = (inputs: InputValues<S>) => {
    if (disposed) throw new Error('run: the step was disposed; compile it again');
    return last && !open
      ? last.run(checkedInputs(signature as Signature, inputs))
      : onceOf(batchOf(signature, inputs), inputs);
  };
  const onceOf = async (batch: number, inputs: InputValues<S>) => {
    const values = checkedInputs(withBatch(signature, batch), inputs);
    last = await sized(batch);
    return last.run(values);
  };

  return {
    engine: `onnx/${device}`,
    get outputShapes() {
      return (last?.outputShapes ?? {}) as Record<keyof O & string, readonly number[]>;
    },
    run: (inputs) => queue.add(() => once(inputs) as Promise<OutputValues<O>>),
    pull: () => queue.add(() => restore(valuesOf(state))),
    push: () => queue.add(() => reload(state)),
    beside: async (other, signatureOf, { inference = false } = {}) => {
      checkSignature(signatureOf, seed);
      return queue.add(() => compiledIn(common, other, signatureOf, { ...options, inference }));
    },
    save: async (path, given = {}) => {
      const settings = saveSettings(given, open);
      return queue.add(async () => {
        const model = (batch: number) => {
          const { trace } = captureTwice(step as never, withBatch(signature, batch), seed);
          return standaloneModel(trace, variablesIn(trace, state), settings.opset);
        };
        const kept = last && !open ? last.trace : undefined;
        const whole = kept
          ? standaloneModel(kept, new Map(valuesOf(state)), settings.opset)
          : settings.batch === undefined
            ? openBatch(SAMPLES.map(model), openInput(signature))
            : model(settings.batch);
        await writeModel(path, whole, settings);
      });
    },
    dispose: () =>
      queue.add(async () => {
        disposed = true;
        await sizes.clear();
      }),
  };
}

const openInput = (signature: OpenSignature): string =>
  Object.keys(signature).find((name) => signature[name].shape[0] === null) as string;

/** Values of the variables that a trace reads: the engine's, and of one that it does not have yet its own. */
const variablesIn = (trace: Trace, state: State): Map<tf.Variable, tf.backend_util.TypedArray> =>
  new Map([
    ...trace.variables.map(({ variable }) => [variable, variable.dataSync()] as const),
    ...valuesOf(state),
  ]);
