import type * as tf from '@tensorflow/tfjs';
import type * as Ort from 'onnxruntime-node';
import type { Trace } from '../capture/value.ts';
import { Graph, sizeOf, type Ref } from '../onnx/graph.ts';
import { encodeModel, type OnnxType } from '../onnx/proto.ts';
import { lower, type Lowered } from '../lowering/lower.ts';
import { NCHWC, type Target } from '../lowering/lowering.ts';
import { endHandover, runInPlace } from './in-place.ts';
import { runError, sessionError } from './run-error.ts';
import { onnxRuntime, type Device } from './device.ts';
import { sessionFor } from './session.ts';

/** Options of the ONNX Runtime engine. */
export interface OnnxOptions {
  /**
   * Where it computes. Default: `cpu`. On `webgpu` and `cuda` what the device has no kernel for runs
   * on the CPU, by ONNX Runtime's own choice, op by op.
   */
  readonly device?: Device;
  /** Threads of one session. Default: `SCENE_MTL_THREADS`, else all cores. */
  readonly threads?: number;
  /** Write a profile (Chrome trace JSON) with this file prefix. */
  readonly profile?: string;
  /**
   * Channels per block; 0 switches blocked convolutions off. Default: what the CPU supports, and 0 on
   * the other devices, which have none.
   */
  readonly block?: number;
  /**
   * Whether the arrays that a run returns are overwritten by the next one: new ones cost time in
   * proportion to their size (0.2 ms for 100,000 numbers). Default: false. As inputs of the next run
   * they are copied.
   */
  readonly reuseOutputs?: boolean;
}

type Values = Float32Array | Int32Array | Uint8Array;

const allocate = (shape: readonly number[], type: OnnxType): Values => {
  const size = sizeOf(shape);
  switch (type) {
    case 'float32':
      return new Float32Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'bool':
    case 'uint8':
      return new Uint8Array(size);
    case 'int64':
      throw new Error('a step has no int64 inputs or outputs');
  }
};

const tensor = (ort: typeof Ort, ref: Ref, data: Values): Ort.Tensor =>
  new ort.Tensor(ref.type as 'float32', data as Float32Array, ref.shape);

let measuredBlock: Promise<number> | undefined;

/**
 * Channels per block of this CPU's NCHWc convolutions: 8 (AVX2), 16 (AVX-512), or 0 where ONNX
 * Runtime has none. Found by asking: reordering one channel pads it to a whole block.
 */
export function channelBlock(): Promise<number> {
  return (measuredBlock ??= (async () => {
    const g = new Graph();
    const x = g.input('x', [1, 8, 1, 1], 'float32');
    g.output(g.op('ReorderInput', [x], [1, 8, 1, 1], {}, { domain: NCHWC }));
    const ort = await onnxRuntime();
    try {
      const session = await ort.InferenceSession.create(encodeModel(g), { logSeverityLevel: 4 });
      const feeds = { x: new ort.Tensor('float32', new Float32Array(8), [1, 8, 1, 1]) };
      const [result] = Object.values(await session.run(feeds));
      await session.release();
      return result.dims[1];
    } catch {
      return 0;
    }
  })());
}

/** What lowering targets here. */
export async function onnxTarget(options: OnnxOptions = {}): Promise<Target> {
  const { device = 'cpu', block } = options;
  return { block: block ?? (device === 'cpu' ? await channelBlock() : 0) };
}

/** A variable's values. Where a step may not write them in place it writes `next`, and the two swap. */
interface Stored {
  now: Values;
  next?: Values;
  /** How often it was written. */
  version: number;
}

/** The values of the variables of one step, or of several that work on the same ones. */
export type State = Map<tf.Variable, Stored>;

/** The present values of the variables of a state. */
export function* valuesOf(state: State): Generator<[tf.Variable, Values]> {
  for (const [variable, { now }] of state) yield [variable, now];
}

/** Reloads a state from its variables. */
export function reload(state: State): void {
  for (const [variable, stored] of state) {
    (stored.now as Float32Array).set(variable.dataSync());
    stored.version++;
  }
}

/** Adds the variables of a trace to a state, with their present values, where it has them not. */
export function storeVariables(state: State, trace: Trace): void {
  for (const { variable } of trace.variables) {
    if (!state.has(variable)) state.set(variable, { now: copyOf(variable), version: 0 });
  }
}

/** A lowered trace in a session. */
export class OnnxStep {
  readonly lowered: Lowered;
  readonly #ort: typeof Ort;
  readonly #trace: Trace;
  readonly #session: Ort.InferenceSession;
  /** What ends the handover, which costs more than it saves where no variables are written. */
  readonly #end: string | undefined;
  readonly #state: State;
  /** The arrays of the state as tensors, of the shapes in which the graph reads and writes them. */
  readonly #tensors = new WeakMap<Values, Map<Ref, Ort.Tensor>>();
  /** The results of every run, where they are reused. */
  readonly #reused: Record<string, Ort.Tensor> | undefined;

  /**
   * @param state of a step whose variables this one shares. A variable that is not in it yet comes in with the
   *   value that it has
   */
  static async create(
    trace: Trace,
    options: OnnxOptions = {},
    state: State = new Map(),
    asFile = false,
  ): Promise<OnnxStep> {
    const lowered = lower(trace, await onnxTarget(options));
    const end = asFile ? undefined : endHandover(lowered.graph);
    const ort = await onnxRuntime();
    const model = encodeModel(lowered.graph);
    const session = await sessionFor(ort, model, options, asFile).catch((error: unknown) => {
      throw sessionError(lowered.graph, error);
    });
    return new OnnxStep(ort, trace, lowered, session, end, options, state);
  }

  private constructor(
    ort: typeof Ort,
    trace: Trace,
    lowered: Lowered,
    session: Ort.InferenceSession,
    end: string | undefined,
    { reuseOutputs = false }: OnnxOptions,
    state: State,
  ) {
    this.#ort = ort;
    this.#trace = trace;
    this.lowered = lowered;
    this.#session = session;
    this.#end = end;
    this.#state = state;
    storeVariables(state, trace);
    this.#reused = reuseOutputs ? this.#results() : undefined;
  }

  /** One step. One at a time: the variables are shared. */
  async run(inputs: Readonly<Record<string, Values>>): Promise<Record<string, Values>> {
    const { reads, writes, outputs, graph } = this.lowered;
    const feeds: Record<string, Ort.Tensor> = {};
    const fetches: Record<string, Ort.Tensor> = {};
    const results = this.#reused ?? this.#results();
    const written = new Set(
      Object.values(this.#reused ?? {}).map(({ data }) => (data as Values).buffer),
    );
    for (const ref of graph.inputs) {
      if (!ref.name.startsWith('in:')) continue;
      const given = inputs[ref.name.slice(3)];
      // An input that is also written would be read half old, half new.
      feeds[ref.name] = tensor(this.#ort, ref, written.has(given.buffer) ? given.slice() : given);
    }
    const apart: Stored[] = [];
    this.#trace.variables.forEach(({ variable }, i) => {
      const stored = this.#state.get(variable) as Stored;
      const [read, write] = [reads[i], writes[i]];
      if (read) feeds[read.name] = this.#tensorOf(read, stored.now);
      if (!write) return;
      stored.version++;
      if (this.lowered.inPlace[i]) fetches[write.name] = this.#tensorOf(write, stored.now);
      else {
        stored.next ??= allocate(write.shape, write.type);
        fetches[write.name] = this.#tensorOf(write, stored.next);
        apart.push(stored);
      }
    });
    for (const [name, ref] of Object.entries(outputs)) fetches[ref.name] = results[name];
    try {
      if (this.#end === undefined) await this.#session.run(feeds, fetches);
      else await runInPlace(this.#session, this.#end, feeds, fetches);
    } catch (error) {
      throw runError(graph, error);
    }
    for (const stored of apart) {
      const { now, next } = stored;
      stored.now = next as Values;
      stored.next = now;
    }
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, data as Values]),
    );
  }

  #results(): Record<string, Ort.Tensor> {
    return Object.fromEntries(
      Object.entries(this.lowered.outputs).map(([name, ref]) => [
        name,
        tensor(this.#ort, ref, allocate(ref.shape, ref.type)),
      ]),
    );
  }

  #tensorOf(ref: Ref, data: Values): Ort.Tensor {
    const made = this.#tensors.get(data) ?? new Map<Ref, Ort.Tensor>();
    this.#tensors.set(data, made);
    const known = made.get(ref) ?? tensor(this.#ort, ref, data);
    made.set(ref, known);
    return known;
  }

  /** Current values of every variable of the step, and of those that share its state. */
  state(): Generator<[tf.Variable, Values]> {
    return valuesOf(this.#state);
  }

  /** Ends a profile and frees the session. */
  async dispose(): Promise<void> {
    await this.#session.release();
  }

  /** Ends profiling; the file appears under the prefix given. */
  endProfiling(): void {
    this.#session.endProfiling();
  }
}

function copyOf(variable: tf.Variable): Values {
  const data = variable.dataSync();
  if (variable.dtype === 'float32') return Float32Array.from(data);
  return variable.dtype === 'int32' ? Int32Array.from(data) : Uint8Array.from(data);
}
