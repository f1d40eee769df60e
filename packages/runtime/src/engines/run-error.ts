import { rangeOf } from '../kernels/indices.ts';
import { indexedSizes } from '../lowering/index-range.ts';
import type { Graph, OnnxNode } from '../onnx/graph.ts';
import { reasonOf } from './device.ts';

/** What ONNX Runtime says of a node, in the words of the step: its op and its line. */

/** The node that an error names, and what it says of it. */
function named(graph: Graph, error: unknown): { node: OnnxNode; reason: string } | undefined {
  const message = String((error as { message?: unknown } | null)?.message);
  const [, name, reason] =
    /(?:Name:'|Node \()([^')]*)[')] (?:Status Message: )?([\s\S]*)/.exec(message) ?? [];
  const node = name ? graph.live().nodes.find((one) => one.name === name) : undefined;
  return node && { node, reason: reasonOf(reason) };
}

/** The error of a graph that no session takes; the cause itself where that names no captured op. */
export function sessionError(graph: Graph, cause: unknown): unknown {
  const { node, reason } = named(graph, cause) ?? {};
  if (!node?.origin) return cause;
  const { kernel, site } = node.origin;
  return new Error(`compile: ${kernel} at ${site}: ${reason}`, { cause });
}

/** The error of a run that fails; the cause itself where that names no captured op. */
export function runError(graph: Graph, cause: unknown): unknown {
  const { node, reason } = named(graph, cause) ?? {};
  if (!node?.origin) return cause;
  const { kernel, site } = node.origin;
  const sizes = indexedSizes(node);
  const why =
    sizes && sizes.length > 0
      ? `an index is out of range; expected ${sizes.map(rangeOf).join(', ')}`
      : reason;
  return new Error(`run: ${kernel} at ${site}: ${why}`, { cause });
}
