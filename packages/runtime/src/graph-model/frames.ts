import { attribute, type GraphNode } from './converter.ts';
import { refused } from './refuse.ts';

/**
 * Loops as TensorFlow 1 writes them: Enter → Merge ← NextIteration, Merge → Switch → what a turn computes, or Exit; LoopCond
 * says which.
 */

/** What changes from turn to turn. */
export interface FrameVariable {
  readonly enter: GraphNode;
  readonly merge: GraphNode;
  readonly next: GraphNode;
  readonly switches: readonly GraphNode[];
}

/** A loop. */
export interface Frame {
  readonly variables: readonly FrameVariable[];
  /** Which variable each Exit gives, by the Exit's name. */
  readonly exits: ReadonlyMap<string, number>;
  /** Name of the value that says whether another turn follows. */
  readonly condition: string;
  /** The nodes that may be another value in each turn. */
  readonly inside: ReadonlySet<GraphNode>;
}

const frames = new WeakMap<GraphNode, Frame>();

/** True for the Merge of a loop, not of a condition. */
export const isLoopMerge = ({ op, inputs }: GraphNode): boolean =>
  op === 'Merge' && inputs.some((input) => input.op === 'NextIteration');

const inputOf = (node: GraphNode, op: string): GraphNode => {
  const found = node.inputs.find((input) => input.op === op);
  if (found) return found;
  throw refused(node, `expected ${op} among its inputs`);
};

/** `sources`, and the nodes that read them, however far, up to `ends`. */
export function readersOf(
  sources: readonly GraphNode[],
  ends: ReadonlySet<GraphNode>,
): Set<GraphNode> {
  const found = new Set<GraphNode>(sources);
  const stack = [...sources];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.children) {
      if (found.has(child) || ends.has(child)) continue;
      found.add(child);
      stack.push(child);
    }
  }
  return found;
}

/** The loop that an Exit leaves. */
export function frameOf(exit: GraphNode, all: Iterable<GraphNode>): Frame {
  const known = frames.get(exit);
  if (known) return known;
  const own = inputOf(exit, 'Switch');
  const loopCond = inputOf(own, 'LoopCond');
  const name = attribute(inputOf(inputOf(own, 'Merge'), 'Enter'), 'frameName');
  const enters = [...all].filter((n) => n.op === 'Enter' && attribute(n, 'frameName') === name);
  const variables = enters.flatMap((enter) =>
    enter.children.filter(isLoopMerge).map((merge) => ({
      enter,
      merge,
      next: inputOf(merge, 'NextIteration'),
      switches: merge.children.filter((n) => n.op === 'Switch' && n.inputs.includes(loopCond)),
    })),
  );
  const ends = variables.map(({ switches }) =>
    switches.flatMap((n) => n.children.filter(({ op }) => op === 'Exit')),
  );
  const merges = variables.map(({ merge }) => merge);
  const frame = {
    variables,
    exits: new Map(ends.flatMap((exits, i) => exits.map(({ name: at }) => [at, i] as const))),
    condition: loopCond.inputNames[0],
    inside: readersOf(merges, new Set(ends.flat())),
  };
  for (const one of ends.flat()) frames.set(one, frame);
  return frame;
}
