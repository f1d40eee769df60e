import type { Trace, TraceNode, TraceValue } from './value.ts';

/** The trace with one bool output per float value of a node: whether all its elements are finite. */
export interface FiniteProbe {
  readonly trace: Trace;
  /** Output name of each value's flag. */
  readonly flags: ReadonlyMap<TraceValue, string>;
}

const made = (
  kernel: string,
  x: TraceValue,
  shape: readonly number[],
  attrs: TraceNode['attrs'],
): TraceValue => {
  const outputs: TraceValue[] = [];
  const node: TraceNode = { kernel, inputs: { x }, attrs, outputs, site: '' };
  outputs.push({ shape, dtype: 'bool', source: { kind: 'node', node } });
  return outputs[0];
};

const nodeOf = ({ source }: TraceValue): TraceNode => {
  if (source.kind !== 'node') throw new Error('expected the value of a node');
  return source.node;
};

/** Builds the probe of a step. It assigns no variables. */
export function finiteProbe(trace: Trace): FiniteProbe {
  const nodes: TraceNode[] = [];
  const outputs: Record<string, TraceValue> = {};
  const flags = new Map<TraceValue, string>();
  for (const node of trace.nodes) {
    nodes.push(node);
    for (const value of node.outputs) {
      if (value.dtype !== 'float32' || value.shape.some((d) => d <= 0)) continue;
      const each = made('IsFinite', value, value.shape, {});
      const axis = value.shape.map((_, i) => i);
      const all = made('All', each, [], { axis, keepDims: false });
      nodes.push(nodeOf(each), nodeOf(all));
      const name = `${flags.size}`;
      outputs[name] = all;
      flags.set(value, name);
    }
  }
  const variables = trace.variables.flatMap(({ variable, read }) =>
    read ? [{ variable, read }] : [],
  );
  return { trace: { nodes, inputs: trace.inputs, outputs, variables }, flags };
}

/**
 * Where a non-finite value comes from: walks back along non-finite inputs to the value whose own
 * inputs are all finite.
 */
export function originOf(value: TraceValue, isFinite: (value: TraceValue) => boolean): TraceValue {
  let origin = value;
  for (;;) {
    if (origin.source.kind !== 'node') return origin;
    const bad = Object.values(origin.source.node.inputs).find(
      (input) => input.dtype === 'float32' && !isFinite(input),
    );
    if (!bad) return origin;
    origin = bad;
  }
}
