import type { Trace, TraceNode, TraceValue } from '../capture/value.ts';
import { kernels } from '../kernels/index.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { writesInPlace } from './written-in-place.ts';
import { Lowering, onnxType, type Target } from './lowering.ts';

/** A lowered step: the graph and how its inputs and outputs relate to the trace. */
export interface Lowered {
  readonly graph: Graph;
  /** Graph input of each variable that the step reads, in the order of `trace.variables`. */
  readonly reads: readonly (Ref | undefined)[];
  /** Graph output of each variable that the step assigns: its elements in order, of any shape. */
  readonly writes: readonly (Ref | undefined)[];
  /** Whether a variable's output may be in the memory that its input is read from. */
  readonly inPlace: readonly boolean[];
  readonly outputs: Readonly<Record<string, Ref>>;
}

const inputName = (kind: 'in' | 'var', name: string | number) => `${kind}:${name}`;

/** Nodes that the outputs need, in order; what the step computed and dropped is never lowered. */
function needed(trace: Trace): TraceNode[] {
  const live = new Set<TraceNode>();
  const stack: TraceValue[] = [
    ...Object.values(trace.outputs),
    ...trace.variables.flatMap(({ write }) => (write ? [write] : [])),
  ];
  for (let value = stack.pop(); value; value = stack.pop()) {
    if (value.source.kind !== 'node' || live.has(value.source.node)) continue;
    live.add(value.source.node);
    stack.push(...Object.values(value.source.node.inputs));
  }
  return trace.nodes.filter((node) => live.has(node));
}

/** Turns a trace into an ONNX graph for a target. */
export function lower(trace: Trace, target: Target): Lowered {
  const nodes = needed(trace);
  const kept = new Set([
    ...Object.values(trace.outputs),
    ...trace.variables.flatMap(({ write }) => (write ? [write] : [])),
  ]);
  const ctx = new Lowering(target, nodes, kept);
  const { graph } = ctx;
  for (const [name, value] of Object.entries(trace.inputs)) {
    ctx.define(
      value,
      'plain',
      graph.input(inputName('in', name), value.shape, onnxType(value.dtype)),
    );
  }
  const reads = trace.variables.map(({ read }, i) => {
    if (!read) return undefined;
    const ref = graph.input(inputName('var', i), read.shape, onnxType(read.dtype));
    ctx.define(read, 'plain', ref);
    return ref;
  });
  for (const node of nodes) {
    if (node.outputs.every((value) => ctx.defined(value))) continue;
    const kernel = kernels.get(node.kernel);
    if (!kernel) throw new Error(`kernel ${node.kernel} was captured but has no lowering`);
    graph.scoped(node, () => kernel.lower(ctx, node));
  }
  // An output must be a node of its own, not an input or a second name of another output.
  const taken = new Set(graph.inputs.map((ref) => ref.name));
  const isFree = (ref: Ref) => !taken.has(ref.name) && !graph.literal(ref);
  const publish = (given: Ref): Ref => {
    const ref = isFree(given) ? given : graph.copy(given);
    taken.add(ref.name);
    graph.output(ref);
    return ref;
  };
  const published = trace.variables.map(({ write }) => {
    if (!write) return undefined;
    const ref = ctx.plain(write);
    // A reshape into an output would copy it.
    const bare = graph.unshaped(ref);
    return publish(isFree(bare) ? bare : ref);
  });
  const outputs = Object.fromEntries(
    Object.entries(trace.outputs).map(([name, value]) => [name, publish(ctx.plain(value))]),
  );
  const placed = writesInPlace(graph, reads, published);
  const writes = placed.map(({ write }) => write);
  return { graph, reads, writes, inPlace: placed.map((p) => p.inPlace), outputs };
}
