import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { Computed, Operand, Outcome, Program } from './program.ts';
import { copyOf, Recorder } from './recorder.ts';

/** What happened on the backend since a spec began. */
export interface Happened {
  /** Values whose numbers came from compiled steps. */
  computed: number;
  /** Kernel calls that `compile()` refused, as TensorFlow.js' own kernel did. */
  refused: number;
  /** Of the steps, those that took numbers as constants. */
  constants: number;
  /** Kernels behind the values read. */
  readonly kernels: Set<string>;
  strings: boolean;
  /** An op of TensorFlow.js, not the spec, read a value. */
  readsInside: boolean;
}

export const nothingYet = (): Happened => ({
  computed: 0,
  refused: 0,
  constants: 0,
  kernels: new Set(),
  strings: false,
  readsInside: false,
});

/** Whether a kernel takes lists of tensors by name. */
const hasLists = (inputs: Inputs): boolean =>
  !Array.isArray(inputs) && Object.values(inputs).some((input) => Array.isArray(input));

type Inputs = Parameters<Recorder['called']>[1];

/**
 * TensorFlow.js' CPU backend, which notes every kernel call; the numbers that a spec reads come from a
 * step that makes the same calls, by `replay`.
 */
export class ConformanceBackend extends MathBackendCPU {
  static happened = nothingYet();
  readonly recorder = new Recorder();
  #replay: ((program: Program) => Outcome) | undefined;
  #depth = 0;
  #answers = new WeakMap<object, tf.BackendValues>();

  constructor(replay?: (program: Program) => Outcome) {
    super();
    this.#replay = replay;
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): object {
    const dataId = super.write(values, shape, dtype);
    if (dtype === 'string') ConformanceBackend.happened.strings = true;
    // Complex tensors have no values of their own.
    else if (this.#replay && this.#depth === 0 && values) {
      const data = copyOf(values as Float32Array, dtype);
      this.recorder.wrote(dataId, { shape: [...shape], dtype, data });
    }
    return dataId;
  }

  override move(...args: Parameters<MathBackendCPU['move']>): void {
    super.move(...args);
    const [dataId, values, shape, dtype] = args;
    if (!this.#replay || dtype === 'string' || !values) return;
    const data = copyOf(values as Float32Array, dtype);
    this.recorder.wrote(dataId, { shape: [...shape], dtype, data });
  }

  /** Runs a kernel of the CPU backend and notes it. */
  call(name: string, kernelFunc: tf.KernelFunc, inputs: Inputs, attrs: object) {
    const run = () => kernelFunc({ inputs: inputs as never, attrs: attrs as never, backend: this });
    if (!this.#replay || this.#depth > 0) return run();
    this.#depth++;
    let result: tf.TensorInfo | tf.TensorInfo[];
    try {
      result = run();
    } catch (cause) {
      this.#depth--;
      return this.#refused(name, inputs, attrs, cause);
    }
    this.#depth--;
    this.#note(name, inputs, attrs, [result].flat());
    return result;
  }

  #note(name: string, inputs: Inputs, attrs: object, results: tf.TensorInfo[]): void {
    const { happened } = ConformanceBackend;
    if (happened.strings) return;
    if (!hasLists(inputs)) return this.recorder.called(name, inputs, attrs, results);
    // Kernels of ragged tensors, none of which has a lowering.
    happened.kernels.add(name);
    for (const { dataId, shape, dtype } of results) {
      const data = copyOf(super.readSync(dataId) as Float32Array, dtype);
      this.recorder.wrote(dataId, { shape: [...shape], dtype, data });
    }
  }

  /** What TensorFlow.js' own kernel refuses must be refused by a step as well. */
  #refused(
    name: string,
    inputs: Inputs,
    attrs: object,
    cause: unknown,
  ): tf.TensorInfo[] | tf.TensorInfo {
    const { happened } = ConformanceBackend;
    if (hasLists(inputs)) {
      happened.kernels.add(name);
      throw cause;
    }
    const outcome = this.#ask(this.recorder.upTo(name, inputs, attrs));
    if ('error' in outcome) {
      happened.refused++;
      throw new Error(outcome.error);
    }
    const infos = outcome.values.map(({ shape, dtype, data }) => ({
      dataId: super.write(data, [...shape], dtype),
      shape: [...shape],
      dtype,
    }));
    return infos.length === 1 ? infos[0] : infos;
  }

  #ask(program: Program): Outcome {
    for (const { kernel } of program.calls) ConformanceBackend.happened.kernels.add(kernel);
    return (this.#replay as (program: Program) => Outcome)(program);
  }

  override readSync(dataId: object): tf.BackendValues {
    const own = () => super.readSync(dataId);
    const { happened } = ConformanceBackend;
    if (!this.#replay || this.#depth > 0 || happened.strings) return own();
    if (readByAnOp()) happened.readsInside = true;
    if (!this.recorder.isComputed(dataId)) return own();
    const known = this.#answers.get(dataId);
    if (known) return known;
    const program = this.recorder.behind(dataId);
    const outcome = this.#ask(program);
    if ('error' in outcome) throw new Error(outcome.error);
    happened.computed++;
    if (outcome.constants !== 'none') happened.constants++;
    const [value] = outcome.values;
    if (shown(value) !== shown(program.result)) {
      throw new Error(`expected ${shown(program.result)}, got ${shown(value)}`);
    }
    this.#answers.set(dataId, value.data);
    return value.data;
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return new Promise((resolve) => resolve(this.readSync(dataId)));
  }
}

const shown = ({ dtype, shape }: Pick<Computed | Operand, 'dtype' | 'shape'>): string =>
  `${dtype}[${shape.join(', ')}]`;

/** Whether an op of TensorFlow.js asks for numbers, between the spec and the backend. */
function readByAnOp(): boolean {
  const lines = (new Error().stack ?? '').split('\n');
  const spec = lines.findIndex((line) => /_test\.[jt]s/.test(line));
  const between = spec < 0 ? lines : lines.slice(0, spec);
  return between.some((line) => /tfjs-core[\\/](dist|src)[\\/]ops[\\/]/.test(line));
}

/** Registers a backend under a name with every kernel of the CPU. */
export function registerConformance(name: string, replay?: (program: Program) => Outcome): void {
  tf.registerBackend(name, () => new ConformanceBackend(replay));
  for (const { kernelName, kernelFunc, setupFunc } of tf.getKernelsForBackend('cpu')) {
    tf.registerKernel({
      kernelName,
      backendName: name,
      ...(setupFunc && { setupFunc }),
      kernelFunc: ({ inputs, attrs, backend }) =>
        (backend as ConformanceBackend).call(kernelName, kernelFunc, inputs, attrs ?? {}),
    });
  }
}
