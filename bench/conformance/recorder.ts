import type { TensorInfo } from '@tensorflow/tfjs';
import type { Call, Numbers, Operand, Program, Written } from './program.ts';

interface Made {
  readonly call: RecordedCall;
  readonly output: number;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** A value, and the shape and type that it is taken in. */
interface Taken {
  readonly source: Source;
  readonly info: TensorInfo;
}

interface RecordedCall {
  readonly kernel: string;
  readonly list: boolean;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Taken>>;
}

type Source = Written | Made;

type Inputs = Readonly<Record<string, TensorInfo | null | undefined>> | readonly TensorInfo[];

/** Notes which kernel made what from what, by the memory it lies in. */
export class Recorder {
  #sources = new WeakMap<object, Source>();

  /** A tensor that came from outside. */
  wrote(dataId: object, written: Written): void {
    this.#sources.set(dataId, written);
  }

  /** True for what a kernel made. */
  isComputed(dataId: object): boolean {
    const source = this.#sources.get(dataId);
    return source !== undefined && 'call' in source;
  }

  /** Notes a call and its results. A result in the memory of an input takes that one's place. */
  called(kernel: string, inputs: Inputs, attrs: object, results: readonly TensorInfo[]): void {
    const call = this.#call(kernel, inputs, attrs);
    results.forEach(({ dataId, shape, dtype }, output) =>
      this.#sources.set(dataId, { call, output, shape: [...shape], dtype }),
    );
  }

  #call(kernel: string, inputs: Inputs, attrs: object): RecordedCall {
    const taken: Record<string, Taken> = {};
    for (const [name, info] of Object.entries(inputs)) {
      if (!info) continue;
      const source = this.#sources.get(info.dataId);
      if (!source) throw new Error(`conformance: ${kernel} takes a tensor of unknown origin`);
      taken[name] = { source, info };
    }
    return { kernel, inputs: taken, attrs: { ...attrs }, list: Array.isArray(inputs) };
  }

  /** What was done for a value. */
  behind(dataId: object): Program & { readonly result: Operand } {
    const source = this.#sources.get(dataId);
    if (!source) throw new Error('conformance: a tensor of unknown origin is read');
    const { shape, dtype } = source;
    const info = { dataId, shape: [...shape], dtype: dtype as TensorInfo['dtype'] };
    return listed({ source, info }) as Program & { readonly result: Operand };
  }

  /** What was done for a call that is not on record, and the call. */
  upTo(kernel: string, inputs: Inputs, attrs: object): Program {
    const call = this.#call(kernel, inputs, attrs);
    return listed(undefined, call);
  }
}

/** Everything behind some values, or behind a last call, in order. */
function listed(result: Taken | undefined, last?: RecordedCall): Program {
  const written = new Map<Written, number>();
  const numbers = new Map<RecordedCall, number>();
  const calls: Call[] = [];
  const operand = ({ source, info }: Taken): Operand => {
    const as = { shape: [...info.shape], dtype: info.dtype };
    if ('call' in source) {
      const index = numbers.get(source.call) as number;
      return { from: 'call', index, output: source.output, ...as };
    }
    if (!written.has(source)) written.set(source, written.size);
    return { from: 'written', index: written.get(source) as number, output: 0, ...as };
  };
  // Without recursion: an optimiser's hundredth step is deep.
  const stack: { readonly call: RecordedCall; readonly ready: boolean }[] = [];
  const ask = (source: Source) =>
    'call' in source && stack.push({ call: source.call, ready: false });
  if (last) stack.push({ call: last, ready: false });
  if (result) ask(result.source);
  for (let at = stack.pop(); at; at = stack.pop()) {
    const { call } = at;
    if (numbers.has(call)) continue;
    const inputs = Object.entries(call.inputs);
    if (!at.ready) {
      stack.push({ call, ready: true });
      for (const [, { source }] of inputs) ask(source);
      continue;
    }
    const { kernel, list, attrs } = call;
    calls.push({
      kernel,
      list,
      attrs,
      inputs: Object.fromEntries(inputs.map(([name, taken]) => [name, operand(taken)])),
    });
    numbers.set(call, calls.length - 1);
  }
  return { calls, ...(result && { result: operand(result) }), written: [...written.keys()] };
}

/** A copy of numbers, which the spec may change after it has read them. */
export const copyOf = (values: ArrayLike<number>, dtype: string): Numbers => {
  if (dtype === 'int32') return Int32Array.from(values);
  return dtype === 'bool' ? Uint8Array.from(values) : Float32Array.from(values);
};
