import * as tf from '@tensorflow/tfjs';
import { callSite } from './call-site.ts';
import { CaptureError, UnknownNumbers } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { inferred, KEPT, refuseDropout, survivor } from './refusals.ts';
import type { Attrs, CapturedType, OutputShape, Source, TraceNode, TraceValue } from './value.ts';

/** Name under which the capture backend is registered with TensorFlow.js. */
export const CAPTURE = 'scene-mtl-capture';

/** A value, and the number of the trace that it was made in. */
interface Stored {
  value: TraceValue;
  readonly trace: number;
}

type Infer = (inputs: Record<string, TraceValue>, attrs: Attrs) => readonly OutputShape[];

/**
 * The type of a captured value.
 * @throws CaptureError for one that a step cannot hold
 */
export const typeOf = (dtype: tf.DataType): CapturedType => {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new CaptureError(
    `compile: a step may hold float32, int32 and bool tensors, got ${dtype} at ${callSite()}; ` +
      (dtype === 'complex64' ? 'take it apart by tf.real and tf.imag' : 'cast it outside the step'),
  );
};

/**
 * A TensorFlow.js backend that computes nothing: each kernel infers the shapes of its outputs and
 * is recorded. What a step does under it, gradients and optimiser included, becomes a graph.
 */
export class CaptureBackend extends tf.KernelBackend {
  readonly recorded: TraceNode[] = [];
  #data = new tf.DataStorage<Stored>(this, tf.engine());
  #references = new WeakMap<object, number>();
  /** Complex numbers: their real and imaginary parts. */
  #pairs = new WeakMap<object, readonly [TraceValue, TraceValue]>();
  /** What this trace made and has not let go of. */
  #alive = new Map<object, TraceValue>();
  #trace = 0;
  #places = true;

  /**
   * Starts a trace.
   * @param places whether the places of the ops are noted
   */
  beginTrace(places = true): void {
    this.recorded.length = 0;
    this.#alive.clear();
    this.#trace++;
    this.#places = places;
  }

  /** The place in the caller's code, where places are noted. */
  place(): string {
    return this.#places ? callSite() : '';
  }

  /** Lets go of the trace. */
  endTrace(): void {
    this.recorded.length = 0;
    this.#alive.clear();
  }

  /** The value behind a tensor, which may still live on another backend. */
  traceValue(dataId: object): TraceValue {
    if (this.#pairs.has(dataId)) typeOf('complex64');
    const stored = this.#data.get(dataId);
    const { value, trace } = stored;
    if (trace === this.#trace || value.source.kind === 'constant') return value;
    // Of an earlier call, where it was kept. What depends on nothing is the same in every call.
    const data = evaluate(value);
    if (!data)
      throw new CaptureError(`${survivor(value)} and read by the next, at ${callSite()}; ${KEPT}`);
    return (stored.value = { ...value, source: { kind: 'constant', data } });
  }

  /**
   * Checks, when the step is over and its scope closed, that nothing it computed is left.
   * @param allowed tensors that may be: what it returned, the variables that it made
   */
  refuseSurvivors(allowed: readonly tf.Tensor[]): void {
    const ids = new Set<object>(allowed.map(({ dataId }) => dataId));
    for (const [dataId, value] of this.#alive) {
      if (ids.has(dataId) || evaluate(value)) continue;
      throw new CaptureError(
        `${survivor(value)} (by tf.keep, or as the state of a layer); ${KEPT}`,
      );
    }
  }

  /** A tensor for a new value of the trace. */
  tensorOf(shape: readonly number[], dtype: CapturedType, source: Source): tf.Tensor {
    return this.tensorFor({ shape, dtype, source });
  }

  /** A tensor for a value that is recorded. */
  tensorFor(value: TraceValue): tf.Tensor {
    const { shape, dtype } = value;
    return tf.engine().makeTensorFromDataId(this.#store(value), [...shape], dtype, this);
  }

  /** A tensor of complex numbers, of parts of one shape. */
  complexOf({ real, imag }: { readonly real: tf.Tensor; readonly imag: tf.Tensor }): tf.TensorInfo {
    const dataId = {};
    this.#pairs.set(dataId, [this.#shaped(real), this.#shaped(imag)]);
    this.#references.set(dataId, 1);
    return { dataId, shape: real.shape, dtype: 'complex64' };
  }

  /**
   * The parts of a tensor of complex numbers.
   * @throws CaptureError for one from outside: it could not be given back as it was
   */
  partsOf({ dataId, shape }: tf.TensorInfo): { real: tf.Tensor; imag: tf.Tensor } {
    const pair = this.#pairs.get(dataId);
    if (!pair) {
      throw new CaptureError(
        `compile: complex numbers from outside the step, at ${callSite()}; make them inside by tf.complex ` +
          'from their real and imaginary parts',
      );
    }
    const [real, imag] = pair.map((value) => {
      const id = this.#store(value);
      const made = tf.engine().makeTensorFromDataId(id, [...value.shape], 'float32', this);
      return sameShape(value.shape, shape) ? made : tf.reshape(made, shape);
    });
    return { real, imag };
  }

  /** The value of a tensor, in the tensor's own shape. */
  shaped(tensor: tf.TensorInfo): TraceValue {
    return this.#shaped(tensor);
  }

  #shaped({ dataId, shape }: tf.TensorInfo): TraceValue {
    const value = this.traceValue(dataId);
    return sameShape(value.shape, shape) ? value : this.#reshaped(value, shape);
  }

  /** Records one kernel and gives the infos of its outputs. */
  record(
    kernel: string,
    inputs: Readonly<Record<string, tf.TensorInfo | null | undefined>>,
    attrs: Attrs,
    infer: Infer,
  ): tf.TensorInfo[] {
    const values: Record<string, TraceValue> = {};
    for (const [name, info] of Object.entries(inputs)) {
      if (!info) continue;
      // A reshape shares its data id, so the shape of the tensor at hand counts.
      values[name] = this.#shaped(info);
    }
    const outputs: TraceValue[] = [];
    const node: TraceNode = { kernel, inputs: values, attrs, outputs, site: this.place() };
    const infos = inferred(kernel, () => infer(values, attrs)).map(({ shape, dtype }) => {
      const value: TraceValue = { shape, dtype, source: { kind: 'node', node } };
      outputs.push(value);
      return { dataId: this.#store(value), shape: [...shape], dtype };
    });
    this.recorded.push(node);
    return infos;
  }

  #reshaped(value: TraceValue, shape: readonly number[]): TraceValue {
    const outputs: TraceValue[] = [];
    const node: TraceNode = {
      kernel: 'Reshape',
      inputs: { x: value },
      attrs: { shape },
      outputs,
      site: this.place(),
    };
    outputs.push({ shape, dtype: value.dtype, source: { kind: 'node', node } });
    this.recorded.push(node);
    return outputs[0];
  }

  #store(value: TraceValue): object {
    const dataId = {};
    this.#data.set(dataId, { value, trace: this.#trace });
    this.#alive.set(dataId, value);
    this.#references.set(dataId, 1);
    return dataId;
  }

  override write(values: tf.BackendValues | null, shape: number[], dtype: tf.DataType): object {
    // A second capture finds what the first one has let pass.
    if (this.#places) refuseDropout();
    if (values === null)
      throw new CaptureError(`compile: a tensor without values at ${callSite()}`);
    return this.#store({ shape, dtype: typeOf(dtype), source: constant(values) });
  }

  override move(
    dataId: object,
    values: tf.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    // Noted before its type is looked at, so that it goes back where it came from in any case.
    this.#moved.set(dataId, values);
    this.#references.set(dataId, references);
    const value = { shape, dtype: typeOf(dtype), source: constant(values) };
    this.#data.set(dataId, { value, trace: this.#trace });
  }

  #moved = new Map<object, tf.BackendValues>();

  /**
   * Gives the tensors that the trace took from another backend back to it. Left here, their
   * references would be counted on two backends, and freed while they are in use.
   */
  returnMoved(backend: tf.KernelBackend): void {
    const engine = tf.engine() as unknown as {
      state: { tensorInfo: WeakMap<object, { backend: tf.KernelBackend }> };
      moveData(backend: tf.KernelBackend, dataId: object): void;
    };
    for (const dataId of this.#moved.keys()) {
      if (engine.state.tensorInfo.get(dataId)?.backend === this) engine.moveData(backend, dataId);
    }
    this.#moved.clear();
  }

  override readSync(dataId: object): tf.BackendValues {
    const moved = this.#moved.get(dataId);
    if (moved) return moved;
    // A shape that is computed from shapes alone, say, as exported models do.
    const data = evaluate(this.#data.get(dataId).value);
    if (data) return data;
    throw new UnknownNumbers(
      `compile: a value is read inside the step at ${callSite()}; a captured step has no values yet. ` +
        'Return the tensor from the step and read it from the result of run()',
    );
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return new Promise((resolve) => resolve(this.readSync(dataId)));
  }

  override incRef(dataId: object): void {
    this.#references.set(dataId, (this.#references.get(dataId) ?? 0) + 1);
  }

  override refCount(dataId: object): number {
    return this.#references.get(dataId) ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const left = (this.#references.get(dataId) ?? 0) - 1;
    this.#references.set(dataId, left);
    if (!force && left > 0) return false;
    // The record keeps the value; a tensor that comes here again must be taken anew.
    this.#data.delete(dataId);
    this.#alive.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    // Counted only by TensorFlow.js's leak check; a record that keeps its values is not a leak.
    return 0;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: true, reasons: ['a captured step holds no numbers'] };
  }
  override dispose(): void {}
}

const constant = (values: tf.BackendValues): Source => ({
  kind: 'constant',
  data: values as tf.backend_util.TypedArray,
});

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((d, i) => d === b[i]);
