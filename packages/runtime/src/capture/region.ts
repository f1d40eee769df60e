import type { Region, TraceNode, TraceValue } from './value.ts';

/** A part of a trace that another node runs as often as it says: the branch of a condition, the turn of a loop. */

/** A region, the values outside that its last parameters stand for, and the nodes that need not be inside. */
export interface Closed {
  readonly region: Region;
  readonly captured: readonly TraceValue[];
  /** What depends on no parameter: it is computed once, before. */
  readonly before: readonly TraceNode[];
}

/** Nodes that the results need, in order. */
function neededFor(results: readonly TraceValue[], nodes: readonly TraceNode[]): TraceNode[] {
  const live = new Set<TraceNode>();
  const own = new Set(nodes);
  const stack = [...results];
  for (let value = stack.pop(); value; value = stack.pop()) {
    if (value.source.kind !== 'node' || !own.has(value.source.node)) continue;
    if (live.has(value.source.node)) continue;
    live.add(value.source.node);
    stack.push(...Object.values(value.source.node.inputs));
  }
  return nodes.filter((node) => live.has(node));
}

/**
 * Makes a region of recorded nodes. What it reads from outside becomes a parameter too, so that it depends on nothing but
 * its parameters and constants.
 * @param recorded nodes in order of execution
 * @param parameters values that differ from run to run
 */
export function closeRegion(
  recorded: readonly TraceNode[],
  parameters: readonly TraceValue[],
  results: readonly TraceValue[],
): Closed {
  const own = new Set(parameters);
  const inner = new Set<TraceNode>();
  const depends = (value: TraceValue): boolean =>
    own.has(value) || (value.source.kind === 'node' && inner.has(value.source.node));
  const before: TraceNode[] = [];
  for (const node of neededFor(results, recorded)) {
    if (Object.values(node.inputs).some(depends)) inner.add(node);
    else before.push(node);
  }
  const all = [...parameters];
  const captured: TraceValue[] = [];
  const known = new Map<TraceValue, TraceValue>();
  const closed = (value: TraceValue): TraceValue => {
    const made = known.get(value);
    if (made) return made;
    if (own.has(value) || value.source.kind === 'constant') return value;
    const parameter: TraceValue = { ...value, source: { kind: 'parameter', index: all.length } };
    all.push(parameter);
    captured.push(value);
    known.set(value, parameter);
    return parameter;
  };
  const nodes = [...inner].map((node) => {
    const outputs: TraceValue[] = [];
    const inputs = Object.fromEntries(
      Object.entries(node.inputs).map(([name, value]) => [name, closed(value)]),
    );
    const copy: TraceNode = { ...node, inputs, outputs };
    for (const output of node.outputs) {
      const made: TraceValue = { ...output, source: { kind: 'node', node: copy } };
      known.set(output, made);
      outputs.push(made);
    }
    return copy;
  });
  const ends = results.map(closed);
  return { region: { parameters: all, nodes, results: ends }, captured, before };
}
