import { rangeOf } from '../kernels/indices.ts';
import { indexedSizes } from '../lowering/index-range.ts';
import type { Graph } from '../onnx/graph.ts';
import { reasonOf } from './device.ts';

/** What ONNX Runtime says of a node that fails, in the words of the step: its op and its line. */
export function runError(graph: Graph, cause: unknown): unknown {
  const message = (cause as { message?: unknown } | null)?.message;
  const [, name, reason] =
    /Name:'([^']*)' (?:Status Message: )?([\s\S]*)/.exec(String(message)) ?? [];
  const node = name ? graph.live().nodes.find((one) => one.name === name) : undefined;
  if (!node?.origin) return cause;
  const { kernel, site } = node.origin;
  const sizes = indexedSizes(node);
  const why =
    sizes && sizes.length > 0
      ? `an index is out of range; expected ${sizes.map(rangeOf).join(', ')}`
      : reasonOf(reason);
  return new Error(`run: ${kernel} at ${site}: ${why}`, { cause });
}
