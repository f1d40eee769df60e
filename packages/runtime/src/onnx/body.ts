import type { Graph, OnnxNode, Ref } from './graph.ts';

/** A graph inside a node: what a loop or a condition runs. It reads values around it by their names. */
export interface Body {
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  readonly nodes: readonly OnnxNode[];
}

/** What a node reads, in the graphs inside it too, whose own values are among them. */
export function* readsOf(node: OnnxNode): Generator<Ref> {
  for (const input of node.inputs) if (input) yield input;
  for (const { nodes, outputs } of Object.values(node.bodies ?? {})) {
    yield* outputs;
    for (const inner of nodes) yield* readsOf(inner);
  }
}

/** A node with other graphs inside. */
export function inBodies(node: OnnxNode, change: (body: Body) => Body): OnnxNode {
  if (!node.bodies) return node;
  const bodies = Object.entries(node.bodies).map(([name, body]) => [name, change(body)]);
  return { ...node, bodies: Object.fromEntries(bodies) as Record<string, Body> };
}

/** Graphs as the insides of a node, by the attribute that holds each. */
export const bodiesOf = (inside: Readonly<Record<string, Graph>>): Record<string, Body> =>
  Object.fromEntries(
    Object.entries(inside).map(([key, graph]) => {
      const { inputs, outputs } = graph;
      return [key, { inputs, outputs, nodes: graph.live().nodes }];
    }),
  );
