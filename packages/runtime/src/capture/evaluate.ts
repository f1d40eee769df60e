import * as tf from '@tensorflow/tfjs';
import type { TraceNode, TraceValue } from './value.ts';

type Numbers = tf.backend_util.TypedArray;

/** The nodes behind a value in order of execution; undefined where it depends on an input. */
function nodesBehind(value: TraceValue, variables: boolean): TraceNode[] | undefined {
  const order = new Set<TraceNode>();
  const stack: { readonly value: TraceValue; readonly done: boolean }[] = [{ value, done: false }];
  for (let at = stack.pop(); at; at = stack.pop()) {
    const { source } = at.value;
    if (source.kind === 'input' || (source.kind === 'variable' && !variables)) return undefined;
    if (source.kind !== 'node' || order.has(source.node)) continue;
    if (at.done) {
      order.add(source.node);
      continue;
    }
    stack.push({ value: at.value, done: true });
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

/**
 * The numbers of a captured value that depends on no input, by TensorFlow.js' CPU backend.
 * @param variables whether it may depend on variables, by their present values
 * @returns undefined where it depends on more
 */
export function evaluate(value: TraceValue, variables = false): Numbers | undefined {
  if (value.source.kind === 'constant') return value.source.data;
  const nodes = nodesBehind(value, variables);
  if (!nodes) return undefined;
  const engine = tf.engine() as unknown as {
    state: { kernelDepth: number };
    startScope(): void;
    endScope(): void;
    runKernel(name: string, inputs: object, attrs: object): tf.Tensor | tf.Tensor[];
  };
  const backend = tf.getBackend();
  const known = new Map<TraceValue, tf.Tensor>();
  const tensorOf = (given: TraceValue): tf.Tensor => {
    const made = known.get(given);
    if (made) return made;
    const { source, shape, dtype } = given;
    const data =
      source.kind === 'variable' ? source.variable.dataSync() : (source as { data: Numbers }).data;
    const tensor = tf.tensor(data, [...shape], dtype);
    known.set(given, tensor);
    return tensor;
  };
  // Synchronous for a backend that is ready.
  void tf.setBackend('cpu');
  engine.startScope();
  // As inside a kernel: no tape records what runs here.
  engine.state.kernelDepth++;
  try {
    for (const { kernel, inputs, attrs, outputs } of nodes) {
      const tensors = Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [name, tensorOf(input)]),
      );
      const results = [engine.runKernel(kernel, namedOrListed(tensors), { ...attrs })].flat();
      outputs.forEach((output, i) => known.set(output, results[i]));
    }
    return tensorOf(value).dataSync();
  } finally {
    engine.state.kernelDepth--;
    engine.endScope();
    void tf.setBackend(backend);
  }
}
