import { inBodies } from './body.ts';
import type { Graph, OnnxNode, Ref } from './graph.ts';

/** Operator sets of the ONNX standard that a file may be written for; lowering itself targets the last. */
export const opsets = [17, 18, 19, 20, 21] as const;

/** An operator set: the version of ONNX' operators that a reader must know. */
export type Opset = (typeof opsets)[number];

/** Reductions whose axes became an input in opset 18. */
const reductions = new Set([
  'ReduceMax',
  'ReduceMin',
  'ReduceMean',
  'ReduceProd',
  'ReduceSumSquare',
  'ReduceL2',
]);

/** Operators that came later than opset 17, and with which. */
const since: Readonly<Record<string, Opset>> = {
  BitwiseAnd: 18,
  BitwiseOr: 18,
  BitwiseXor: 18,
  BitwiseNot: 18,
  Mish: 18,
  Gelu: 20,
};

/**
 * Nodes of opset 21 in terms of an earlier one.
 * @param literal numbers of a constant, undefined for a computed value
 * @throws naming the first operator that the earlier one does not have
 */
export function forOpset(
  nodes: readonly OnnxNode[],
  opset: Opset,
  literal: Graph['literal'],
): OnnxNode[] {
  return nodes.map((whole) => {
    const node = inBodies(whole, (body) => ({
      ...body,
      nodes: forOpset(body.nodes, opset, literal),
    }));
    const { op, inputs, attributes, origin } = node;
    const first = since[op] ?? 17;
    const place = origin ? `${origin.kernel} at ${origin.site}` : node.name;
    if (first > opset) {
      throw new Error(
        `save: ${place} needs ${op}, which ONNX has from opset ${first} on, got opset ${opset}`,
      );
    }
    if (opset >= 18) return node;
    if (op === 'Split') {
      // Without it the parts are of one size, which is all that it said.
      const kept = Object.entries(attributes).filter(([name]) => name !== 'num_outputs');
      return { ...node, attributes: Object.fromEntries(kept) };
    }
    if (!reductions.has(op)) return node;
    const [x, axes] = inputs as readonly [Ref, Ref | undefined];
    const values = axes && (literal(axes) as BigInt64Array | undefined);
    if (axes && !values)
      throw new Error(`save: ${place}: the axes of ${op} are computed; use opset 18`);
    const named = values ? { axes: Array.from(values, Number) } : {};
    return { ...node, inputs: [x], attributes: { ...attributes, ...named } };
  });
}
