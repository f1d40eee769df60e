import type * as tf from '@tensorflow/tfjs';
import type { Trace, TraceNode, TraceValue } from './value.ts';

/**
 * The trace with variables replaced by constants: a function of its inputs alone. Assignments are
 * dropped.
 */
export function freeze(
  trace: Trace,
  values: ReadonlyMap<tf.Variable, tf.backend_util.TypedArray>,
): Trace {
  const known = new Map<TraceValue, TraceValue>();
  const frozen = (value: TraceValue): TraceValue => {
    const made = known.get(value);
    if (made) return made;
    const { source } = value;
    if (source.kind !== 'variable') return value;
    const data = values.get(source.variable);
    if (!data) throw new Error(`freeze: no value for variable ${source.variable.name}`);
    const result: TraceValue = { ...value, source: { kind: 'constant', data } };
    known.set(value, result);
    return result;
  };
  const all = (record: Readonly<Record<string, TraceValue>>): Record<string, TraceValue> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, frozen(value)]));
  // Nodes come in order of execution, so each one's inputs are known already.
  const nodes = trace.nodes.map((node) => {
    const outputs: TraceValue[] = [];
    const copy: TraceNode = { ...node, inputs: all(node.inputs), outputs };
    for (const output of node.outputs) {
      const made: TraceValue = { ...output, source: { kind: 'node', node: copy } };
      known.set(output, made);
      outputs.push(made);
    }
    return copy;
  });
  return { nodes, inputs: trace.inputs, outputs: all(trace.outputs), variables: [] };
}
