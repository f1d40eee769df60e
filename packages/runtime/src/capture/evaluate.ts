import * as tf from '@tensorflow/tfjs';
import type { Attrs, TraceNode, TraceValue } from './value.ts';

type Numbers = tf.backend_util.TypedArray;

/** Kernels whose result depends on the shape of their input and on no number. */
const shapeAlone = new Set(['ZerosLike', 'OnesLike']);

/** The nodes behind a value in order of execution; undefined where it depends on an input. */
function nodesBehind(value: TraceValue, variables: boolean): TraceNode[] | undefined {
  const order = new Set<TraceNode>();
  const stack: { readonly value: TraceValue; readonly done: boolean }[] = [{ value, done: false }];
  for (let at = stack.pop(); at; at = stack.pop()) {
    const { source } = at.value;
    if (source.kind === 'input' || source.kind === 'parameter') return undefined;
    if (source.kind === 'variable' && !variables) return undefined;
    if (source.kind !== 'node' || order.has(source.node)) continue;
    // Where a loop's or a condition's course is known it is no node.
    if (source.node.regions) return undefined;
    if (at.done) {
      order.add(source.node);
      continue;
    }
    stack.push({ value: at.value, done: true });
    if (shapeAlone.has(source.node.kernel)) continue;
    for (const input of Object.values(source.node.inputs))
      stack.push({ value: input, done: false });
  }
  return [...order];
}

/** Inputs as the kernel takes them: a record, or a list where their names are 0, 1, … */
function namedOrListed(tensors: Readonly<Record<string, tf.Tensor>>): tf.NamedTensorMap {
  const list = '0' in tensors ? Object.values(tensors) : tensors;
  return list as tf.NamedTensorMap;
}

interface Engine {
  readonly state: { kernelDepth: number };
  startScope(): void;
  endScope(): void;
  runKernel(name: string, inputs: object, attrs: object): tf.Tensor | tf.Tensor[];
}

/** Runs `body` on TensorFlow.js' CPU backend, in a scope of its own and without a tape. */
export function onCpu<T>(body: (engine: Engine) => T): T {
  const engine = tf.engine() as unknown as Engine;
  const backend = tf.getBackend();
  // Synchronous for a backend that is ready.
  void tf.setBackend('cpu');
  engine.startScope();
  // As inside a kernel: no tape records what runs here.
  engine.state.kernelDepth++;
  try {
    return body(engine);
  } finally {
    engine.state.kernelDepth--;
    engine.endScope();
    void tf.setBackend(backend);
  }
}

/** A tensor whose numbers are known. */
export interface Known {
  readonly data: Numbers;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** What a kernel makes of known tensors. */
export function runOnNumbers(
  kernel: string,
  inputs: Readonly<Record<string, Known>>,
  attrs: Attrs,
): Known[] {
  return onCpu((engine) => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, { data, shape, dtype }]) => [
        name,
        tf.tensor(data, [...shape], dtype),
      ]),
    );
    const results = [engine.runKernel(kernel, namedOrListed(tensors), { ...attrs })].flat();
    return results.map((y) => ({ data: y.dataSync().slice(), shape: y.shape, dtype: y.dtype }));
  });
}

/**
 * The numbers of a captured value that depends on no input, by TensorFlow.js' CPU backend.
 * @param variables whether it may depend on variables, by their present values
 * @returns undefined where it depends on more
 */
export function evaluate(value: TraceValue, variables = false): Numbers | undefined {
  if (value.source.kind === 'constant') return value.source.data;
  const nodes = nodesBehind(value, variables);
  if (!nodes) return undefined;
  const known = new Map<TraceValue, tf.Tensor>();
  const tensorOf = (given: TraceValue): tf.Tensor => {
    const made = known.get(given);
    if (made) return made;
    const { source, shape, dtype } = given;
    // What is neither is read for its shape alone.
    const data =
      source.kind === 'variable'
        ? source.variable.dataSync()
        : source.kind === 'constant'
          ? source.data
          : undefined;
    const tensor = data ? tf.tensor(data, [...shape], dtype) : tf.zeros([...shape], dtype);
    known.set(given, tensor);
    return tensor;
  };
  return onCpu((engine) => {
    for (const { kernel, inputs, attrs, outputs } of nodes) {
      const tensors = Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [name, tensorOf(input)]),
      );
      const results = [engine.runKernel(kernel, namedOrListed(tensors), { ...attrs })].flat();
      outputs.forEach((output, i) => known.set(output, results[i]));
    }
    return tensorOf(value).dataSync();
  });
}
