import * as tf from '@tensorflow/tfjs';
import type { InputTensors, Outputs, Signature } from '../signature.ts';
import { compositions, kernels } from '../kernels/kernel.ts';
import { CAPTURE, CaptureBackend } from './backend.ts';
import { bind, release } from './bind.ts';
import { callSite } from './call-site.ts';
import { CaptureError } from './errors.ts';
import { withSeed } from './seed.ts';
import type { Attrs, Trace, TraceValue, TraceVariable } from './value.ts';

type MakeVariable = (...args: unknown[]) => tf.Variable;

let backend: CaptureBackend | undefined;

function captureBackend(): CaptureBackend {
  if (backend) return backend;
  const made = new CaptureBackend();
  tf.registerBackend(CAPTURE, () => made, 0);
  const recording = (name: string): tf.KernelFunc | undefined => {
    const kernel = kernels.get(name);
    return (
      kernel &&
      (({ inputs, attrs }) => {
        const infos = made.record(name, inputs, attrs ?? {}, kernel.infer);
        return infos.length === 1 && !kernel.list ? infos[0] : infos;
      })
    );
  };
  const composing = (name: string, otherwise?: tf.KernelFunc): tf.KernelFunc | undefined => {
    const composition = compositions.get(name);
    if (!composition) return otherwise;
    return (call) => {
      const attrs = (call.attrs ?? {}) as Attrs;
      if (otherwise && composition.when && !composition.when(attrs)) return otherwise(call);
      return composition.compose(call.inputs as unknown as Record<string, tf.Tensor>, attrs);
    };
  };
  const refusing =
    (name: string): tf.KernelFunc =>
    () => {
      throw new CaptureError(
        `compile: the op ${name} at ${callSite()} has no lowering; docs/kernels.md lists those that have. ` +
          'Compute it outside the step and pass the result in, or run the step on an eager engine',
      );
    };
  // A clone is the same value: what is known of it (its ReLU, its padding) stays known.
  const sharing: tf.KernelFunc = ({ inputs }) => {
    const x = inputs['x'] as tf.TensorInfo;
    made.traceValue(x.dataId);
    made.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  };
  const names = new Set([
    ...kernels.keys(),
    ...compositions.keys(),
    ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName),
  ]);
  for (const name of names) {
    const kernelFunc =
      name === 'Identity' ? sharing : (composing(name, recording(name)) ?? refusing(name));
    tf.registerKernel({ kernelName: name, backendName: CAPTURE, kernelFunc });
  }
  return (backend = made);
}

const registered = (): tf.Variable[] =>
  Object.values(
    (tf.engine() as unknown as { registeredVariables: Record<string, tf.Variable> })
      .registeredVariables,
  );

/** A trace, and the variables that came into being while the step ran. */
export interface Captured {
  readonly trace: Trace;
  /** Optimisers that counted a step; they count in JavaScript, outside the graph. */
  readonly optimisers: readonly tf.Optimizer[];
  /** Variables that the step created, with the value that each one starts from. */
  readonly created: readonly { readonly variable: tf.Variable; readonly initial: TraceValue }[];
}

/**
 * Runs `step` once on symbolic inputs and records what it does. Variables keep their values: those
 * that the step assigned are put back afterwards.
 *
 * @param seed name of the input that the random layers draw from
 * @throws CaptureError for an op without a lowering, a value read inside the step, or an unseeded
 * random draw, each naming the place
 */
export function capture<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  seed?: string,
): Captured {
  const target = captureBackend();
  const previous = tf.getBackend();
  const before = registered();
  const random = Math.random;
  // setBackend is synchronous for a backend that is ready; its promise only reports success.
  void tf.setBackend(CAPTURE);
  target.beginTrace();
  const bound = before.map((variable) => bind(target, variable));
  Math.random = () => {
    throw new CaptureError(
      `compile: a random draw inside the step at ${callSite()} would freeze into a constant; ` +
        'draw it outside and pass it in as an input, or use randomUniform, randomNormal and dropout ' +
        'of this package with a seed that is an input',
    );
  };
  const optimisers: tf.Optimizer[] = [];
  const counter = tf.Optimizer.prototype as unknown as { incrementIterations: () => void };
  const { incrementIterations } = counter;
  counter.incrementIterations = function (this: tf.Optimizer) {
    optimisers.push(this);
  };
  const created: { variable: tf.Variable; initial: TraceValue }[] = [];
  const engine = tf.engine() as unknown as { makeVariable?: MakeVariable };
  const makeVariable = engine.makeVariable as MakeVariable;
  engine.makeVariable = function (...args) {
    const variable = makeVariable.apply(tf.engine(), args);
    // Noted here: by the end of the step it may hold what was assigned since.
    created.push({ variable, initial: target.traceValue(variable.dataId) });
    return variable;
  };
  let done = false;
  // Not tf.tidy: it would walk the whole trace in search of tensors to keep.
  tf.engine().startScope('capture');
  try {
    const inputs: Record<string, tf.Tensor> = {};
    const inputValues: Record<string, TraceValue> = {};
    for (const [name, { shape, dtype }] of Object.entries(signature)) {
      inputs[name] = target.tensorOf(shape, dtype, { kind: 'input', name });
      inputValues[name] = target.traceValue(inputs[name].dataId);
    }
    const outputs: Record<string, TraceValue> = {};
    const drawn = seed === undefined ? undefined : inputs[seed];
    const result = withSeed(drawn, () => step(inputs as InputTensors<S>));
    for (const [name, tensor] of Object.entries(result)) {
      if (tensor === undefined || tensor === null || !('dataId' in tensor)) {
        throw new CaptureError(`compile: output '${name}' of the step is not a tensor`);
      }
      outputs[name] = asShaped(target, tensor);
    }
    const nodes = [...target.recorded];
    const reads = new Map<tf.Variable, TraceValue>();
    const note = (value: TraceValue) => {
      if (value.source.kind === 'variable') reads.set(value.source.variable, value);
    };
    for (const node of nodes) Object.values(node.inputs).forEach(note);
    Object.values(outputs).forEach(note);
    const variables: TraceVariable[] = [];
    for (const { variable, symbol } of bound) {
      const read = reads.get(variable);
      const assigned = variable.dataId !== symbol.dataId;
      const write = assigned ? target.traceValue(variable.dataId) : undefined;
      // An assignment of another variable's old value reads that one.
      if (write) note(write);
      if (read || write) {
        variables.push({ variable, ...(read && { read }), ...(write && { write }) });
      }
    }
    done = true;
    return { trace: { nodes, inputs: inputValues, outputs, variables }, optimisers, created };
  } finally {
    tf.engine().endScope();
    Math.random = random;
    counter.incrementIterations = incrementIterations;
    // The engine's own method is its prototype's.
    delete engine.makeVariable;
    for (const binding of bound) release(target, binding);
    void tf.setBackend(previous);
    if (!done) resetCreated(created);
  }
}

/** After a failed capture: gives what the step created, such as an optimiser's slots, a value. */
function resetCreated(created: Captured['created']): void {
  for (const { variable, initial } of created) {
    if (variable.isDisposed) continue;
    const { source, shape, dtype } = initial;
    tf.tidy(() => {
      if (source.kind === 'constant') {
        return variable.assign(tf.tensor(source.data, [...shape], dtype));
      }
      const node = source.kind === 'node' ? source.node : undefined;
      const value = node?.kernel === 'Fill' ? (node.attrs['value'] as number) : 0;
      return variable.assign(tf.cast(tf.fill([...shape], value), dtype));
    });
  }
}

function asShaped(target: CaptureBackend, tensor: tf.Tensor): TraceValue {
  const value = target.traceValue(tensor.dataId);
  if (tf.util.arraysEqual([...value.shape], tensor.shape)) return value;
  return target.traceValue(tensor.add(0).dataId);
}
