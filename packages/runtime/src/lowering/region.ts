import type { Region } from '../capture/value.ts';
import { kernels } from '../kernels/kernel.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { Lowering } from './lowering.ts';

/**
 * Lowers a region into a graph of its own.
 * @param outer where the node that holds it is lowered
 * @param given what the region's parameters are, of values around it or of the graph's own inputs
 * @returns the region's results, as TensorFlow.js has them
 */
export function lowerRegion(
  outer: Lowering,
  graph: Graph,
  { parameters, nodes, results }: Region,
  given: readonly Ref[],
): Ref[] {
  const inner = new Lowering({ block: outer.block }, nodes, new Set(results), graph);
  parameters.forEach((parameter, i) => inner.define(parameter, 'plain', given[i]));
  for (const node of nodes) {
    if (node.outputs.every((value) => inner.defined(value))) continue;
    const kernel = kernels.get(node.kernel);
    if (!kernel) throw new Error(`kernel ${node.kernel} was captured but has no lowering`);
    graph.scoped(node, () => kernel.lower(inner, node));
  }
  return results.map((value) => inner.plain(value));
}
