import type * as tf from '@tensorflow/tfjs';
import type * as Ort from 'onnxruntime-node';
import type { Trace } from '../capture/value.ts';
import { Graph, sizeOf, type Ref } from '../onnx/graph.ts';
import { encodeModel, type OnnxType } from '../onnx/proto.ts';
import { lower, type Lowered } from '../lowering/lower.ts';
import { NCHWC, type Target } from '../lowering/lowering.ts';
import { endHandover, runInPlace } from './in-place.ts';
import { runError, sessionError } from './run-error.ts';
import { runSession } from './run-session.ts';
import { onnxRuntime, type Device } from './device.ts';
import { sessionFor } from './session.ts';
import { storeVariables, valuesOf, type State, type Stored, type Values } from './state.ts';

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

/** A lowered trace in a session. */
export class OnnxStep {
  readonly lowered: Lowered;
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;
  /** What ends the handover, which costs more than it saves where no variables are written. */
  readonly #end: string | undefined;
  readonly #state: State;
  /** The variables of the trace, in its order. */
  readonly #stored: readonly Stored[];
  /** The inputs of the step, by their names in the graph and in a run. */
  readonly #given: readonly { readonly ref: Ref; readonly name: string }[];
  readonly #outputs: readonly (readonly [name: string, ref: Ref])[];
  /** The outputs as fetches that ask for arrays. */
  readonly #made: Readonly<Record<string, null>>;
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
    this.lowered = lowered;
    this.#session = session;
    this.#end = end;
    this.#state = state;
    this.#stored = storeVariables(state, trace);
    this.#given = lowered.graph.inputs.flatMap((ref) =>
      ref.name.startsWith('in:') ? [{ ref, name: ref.name.slice(3) }] : [],
    );
    this.#outputs = Object.entries(lowered.outputs);
    this.#made = Object.fromEntries(this.#outputs.map(([, ref]) => [ref.name, null]));
    this.#reused = reuseOutputs ? this.#results() : undefined;
  }

  /** One step. One at a time: the variables are shared. */
  async run(inputs: Readonly<Record<string, Values>>): Promise<Record<string, Values>> {
    const feeds = this.#feeds(inputs);
    try {
      // The arrays that it makes of its own are the result, which no others then have to be copied into.
      if (this.#end === undefined && !this.#reused) {
        return this.#valuesOf(
          await runSession(this.#session, feeds, this.#made),
          (_, ref) => ref.name,
        );
      }
      return await this.#runInto(feeds);
    } catch (error) {
      throw runError(this.lowered.graph, error);
    }
  }

  #feeds(inputs: Readonly<Record<string, Values>>): Record<string, Ort.Tensor> {
    const feeds: Record<string, Ort.Tensor> = {};
    const written =
      this.#reused && Object.values(this.#reused).map(({ data }) => (data as Values).buffer);
    for (const { ref, name } of this.#given) {
      const given = inputs[name];
      // An input that is also written would be read half old, half new.
      const data = written?.includes(given.buffer) ? given.slice() : given;
      feeds[ref.name] = tensor(this.#ort, ref, data);
    }
    const { reads } = this.lowered;
    this.#stored.forEach(({ now }, i) => {
      const read = reads[i];
      if (read) feeds[read.name] = this.#tensorOf(read, now);
    });
    return feeds;
  }

  /** Runs the session so that variables and results are written where they are to be. */
  async #runInto(feeds: Readonly<Record<string, Ort.Tensor>>): Promise<Record<string, Values>> {
    const { writes, inPlace } = this.lowered;
    const fetches: Record<string, Ort.Tensor> = {};
    const results = this.#reused ?? this.#results();
    const apart: Stored[] = [];
    this.#stored.forEach((stored, i) => {
      const write = writes[i];
      if (!write) return;
      stored.version++;
      if (inPlace[i]) fetches[write.name] = this.#tensorOf(write, stored.now);
      else {
        stored.next ??= allocate(write.shape, write.type);
        fetches[write.name] = this.#tensorOf(write, stored.next);
        apart.push(stored);
      }
    });
    for (const [name, ref] of this.#outputs) fetches[ref.name] = results[name];
    if (this.#end === undefined) await runSession(this.#session, feeds, fetches);
    else await runInPlace(this.#session, this.#end, feeds, fetches);
    for (const stored of apart) {
      const { now, next } = stored;
      stored.now = next as Values;
      stored.next = now;
    }
    return this.#valuesOf(results, (name) => name);
  }

  #valuesOf(
    tensors: Readonly<Record<string, { readonly data: unknown }>>,
    key: (name: string, ref: Ref) => string,
  ): Record<string, Values> {
    const values: Record<string, Values> = {};
    for (const [name, ref] of this.#outputs) values[name] = tensors[key(name, ref)].data as Values;
    return values;
  }

  #results(): Record<string, Ort.Tensor> {
    const results: Record<string, Ort.Tensor> = {};
    for (const [name, ref] of this.#outputs) {
      results[name] = tensor(this.#ort, ref, allocate(ref.shape, ref.type));
    }
    return results;
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
