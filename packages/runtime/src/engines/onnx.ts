import type * as tf from '@tensorflow/tfjs';
import type * as Ort from 'onnxruntime-node';
import type { Trace } from '../capture/value.ts';
import { Graph, sizeOf, type Ref } from '../onnx/graph.ts';
import { encodeModel, type OnnxType } from '../onnx/proto.ts';
import { lower, type Lowered } from '../lowering/lower.ts';
import { NCHWC, type Target } from '../lowering/lowering.ts';
import { endHandover, runInPlace } from './in-place.ts';
import { runError, sessionError } from './run-error.ts';
import { deviceError, missingDevice, onnxRuntime, reasonOf, type Device } from './device.ts';

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

const SPIN_MICROSECONDS = '20';

const sessionOptions = ({
  device = 'cpu',
  threads,
  profile,
}: OnnxOptions): Ort.InferenceSession.SessionOptions => ({
  ...(device !== 'cpu' && { executionProviders: [device] }),
  ...(threads !== undefined && { intraOpNumThreads: threads }),
  // Lowering has made its choices; ONNX Runtime's own passes would join transposes into slow ones.
  graphOptimizationLevel: 'disabled',
  executionMode: 'sequential',
  // A planned block would come on top of what the first run took from the arena, and stay.
  enableMemPattern: false,
  extra: {
    session: {
      // A thread that sleeps at once is woken hundreds of times a step; one that spins on takes the
      // processor from whatever else runs there. So it spins for about as long as waking takes.
      intra_op: { allow_spinning: '1', spin_duration_us: SPIN_MICROSECONDS },
      // Every DequantizeLinear would be run once for each node that reads it.
      disable_quant_qdq: '1',
    },
  },
  logSeverityLevel: 3,
  ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
});

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

/** A session for a model; an error that names the device where that cannot start. */
async function sessionFor(
  ort: typeof Ort,
  model: Uint8Array,
  options: OnnxOptions,
): Promise<Ort.InferenceSession> {
  const { device = 'cpu' } = options;
  if (device === 'cpu') return ort.InferenceSession.create(model, sessionOptions(options));
  const missing = missingDevice(ort, device);
  if (missing !== undefined) throw deviceError(device, missing);
  try {
    return await ort.InferenceSession.create(model, sessionOptions(options));
  } catch (cause) {
    throw deviceError(device, reasonOf(cause), cause);
  }
}

/** A buffer of a variable's values, as the graph reads and as it writes them. */
interface Buffer {
  readonly data: Values;
  readonly feed: Ort.Tensor | undefined;
  readonly fetch: Ort.Tensor | undefined;
}

/**
 * A lowered trace in a session. A variable is written in place where it may be, else it has two
 * buffers that swap every run.
 */
export class OnnxStep {
  readonly lowered: Lowered;
  readonly #ort: typeof Ort;
  readonly #trace: Trace;
  readonly #session: Ort.InferenceSession;
  readonly #end: string;
  readonly #variables: { now: Buffer; next: Buffer | undefined }[];
  /** The results of every run, where they are reused. */
  readonly #reused: Record<string, Ort.Tensor> | undefined;

  static async create(trace: Trace, options: OnnxOptions = {}): Promise<OnnxStep> {
    const lowered = lower(trace, await onnxTarget(options));
    const end = endHandover(lowered.graph);
    const ort = await onnxRuntime();
    const model = encodeModel(lowered.graph);
    const session = await sessionFor(ort, model, options).catch((error: unknown) => {
      throw sessionError(lowered.graph, error);
    });
    return new OnnxStep(ort, trace, lowered, session, end, options);
  }

  private constructor(
    ort: typeof Ort,
    trace: Trace,
    lowered: Lowered,
    session: Ort.InferenceSession,
    end: string,
    { reuseOutputs = false }: OnnxOptions,
  ) {
    this.#ort = ort;
    this.#trace = trace;
    this.lowered = lowered;
    this.#session = session;
    this.#end = end;
    this.#variables = trace.variables.map(({ variable }, i) => {
      const [read, write] = [lowered.reads[i], lowered.writes[i]];
      const buffer = (data: Values): Buffer => ({
        data,
        feed: read && tensor(ort, read, data),
        fetch: write && tensor(ort, write, data),
      });
      const now = buffer(copyOf(variable));
      if (!write || lowered.inPlace[i]) return { now, next: write && now };
      return { now, next: buffer(allocate(write.shape, write.type)) };
    });
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
    this.#variables.forEach(({ now, next }, i) => {
      if (now.feed) feeds[(reads[i] as Ref).name] = now.feed;
      if (next?.fetch) fetches[(writes[i] as Ref).name] = next.fetch;
    });
    for (const [name, ref] of Object.entries(outputs)) fetches[ref.name] = results[name];
    try {
      await runInPlace(this.#session, this.#end, feeds, fetches);
    } catch (error) {
      throw runError(graph, error);
    }
    for (const variable of this.#variables) {
      if (!variable.next) continue;
      const { now, next } = variable;
      variable.now = next;
      variable.next = now;
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

  /** Current values of every variable of the step. */
  *state(): Generator<[tf.Variable, Values]> {
    for (const [i, { variable }] of this.#trace.variables.entries()) {
      yield [variable, this.#variables[i].now.data];
    }
  }

  /** Reloads the engine's state from the variables. */
  push(): void {
    for (const [i, { variable }] of this.#trace.variables.entries()) {
      (this.#variables[i].now.data as Float32Array).set(variable.dataSync());
    }
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
