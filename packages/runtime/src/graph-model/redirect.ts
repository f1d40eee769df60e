import * as tf from '@tensorflow/tfjs';
import { isInsideStep } from '../ops/inside-step.ts';
import { parseName, type Executor } from './converter.ts';
import { flat } from './record.ts';
import { nodesBehind, Scope } from './scope.ts';

/**
 * Inside steps `execute` and `predict` of a graph model run its loops and conditions too, which TensorFlow.js runs by
 * `executeAsync` alone. Outside, and for models without, they are what they were.
 */

/** Categories of the converter for ops that it runs by `executeAsync` alone. */
const asynchronous = new Set(['control', 'dynamic', 'hash_table']);

function run(
  executor: Executor,
  given: tf.NamedTensorMap,
  asked: readonly string[],
): (tf.Tensor | undefined)[] {
  const inputs = executor.mapInputs(given);
  executor.checkInputs(inputs);
  executor.checkInputShapeAndType(inputs);
  const outputs = executor.mapOutputs(asked);
  executor.checkOutputs(outputs);
  const scope = new Scope(executor, nodesBehind(executor, outputs, Object.keys(inputs)));
  const values = new Map<string, tf.Tensor[]>();
  for (const [name, tensor] of Object.entries(inputs)) {
    const [node, output] = parseName(name);
    const all = values.get(node) ?? [];
    all[output] = tensor;
    values.set(node, all);
  }
  for (const [node, tensors] of values) scope.set(node, tensors);
  return tf.tidy(() =>
    outputs.map((name) => {
      const value = scope.get(name);
      // As TensorFlow.js gives what is in a branch that is not taken.
      return value && flat(executor.graph.nodes[parseName(name)[0]], value);
    }),
  );
}

type Execute = (this: { readonly executor: Executor }, ...args: unknown[]) => unknown;

const model = tf.GraphModel.prototype as unknown as { execute: Execute };
const { execute } = model;

model.execute = function (...args) {
  if (!isInsideStep()) return execute.apply(this, args);
  const { executor } = this;
  const own = executor.execute.bind(executor);
  executor.execute = (inputs, outputs) => {
    const given = Object.keys(executor.mapInputs(inputs));
    const behind = nodesBehind(executor, executor.mapOutputs(outputs), given);
    const dynamic = [...behind].some(({ category = '' }) => asynchronous.has(category));
    return dynamic ? run(executor, inputs, outputs) : own(inputs, outputs);
  };
  try {
    return execute.apply(this, args);
  } finally {
    // Its class' own again.
    delete (executor as Partial<Executor>).execute;
  }
};
