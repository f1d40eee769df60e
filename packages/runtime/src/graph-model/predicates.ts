import { dataInputs, parseName, type GraphNode } from './converter.ts';
import { isLoopMerge, readersOf } from './frames.ts';
import { refused } from './refuse.ts';

/**
 * Conditions as TensorFlow 1 writes them: a Switch passes a value to the branch that its predicate names, and a Merge
 * takes what comes of the two.
 */

/** Which sides of which predicates a value is of: the predicate's name, and whether it holds. */
type Sides = ReadonlyMap<string, boolean>;

const none: Sides = new Map();
const known = new WeakMap<GraphNode, Sides>();

/** The value behind copies of it. */
export function source(nodes: Readonly<Record<string, GraphNode>>, name: string): string {
  const [at, output] = parseName(name);
  const node = nodes[at];
  return node.op === 'Identity' ? source(nodes, node.inputNames[0]) : `${at}:${output}`;
}

/** A condition's Switch passes on what depends on its predicate; a loop's only what it is given. */
const isBranch = ({ op, inputs }: GraphNode): boolean =>
  op === 'Switch' && !inputs.some((input) => input.op === 'LoopCond');

/** What the sides of a node depend on: of a loop what enters it. */
const before = (node: GraphNode): readonly GraphNode[] =>
  isLoopMerge(node) ? node.inputs.filter(({ op }) => op !== 'NextIteration') : node.inputs;

type Nodes = Readonly<Record<string, GraphNode>>;

function sidesOf(nodes: Nodes, node: GraphNode): Sides {
  const stack = [node];
  for (let at = stack.at(-1); at; at = stack.at(-1)) {
    const left = known.has(at) ? [] : before(at).filter((input) => !known.has(input));
    if (left.length > 0) {
      stack.push(...left);
      continue;
    }
    stack.pop();
    if (!known.has(at)) known.set(at, joined(nodes, at));
  }
  return known.get(node) ?? none;
}

/** The sides of a value by its name. */
function sidesAt(nodes: Nodes, name: string): Sides {
  const [at, output] = parseName(name);
  const node = nodes[at];
  const sides = sidesOf(nodes, node);
  if (!isBranch(node)) return sides;
  return new Map([...sides, [source(nodes, node.inputNames[1]), output === 1]]);
}

function joined(nodes: Nodes, node: GraphNode): Sides {
  const names = before(node).map((input) => node.inputNames[node.inputs.indexOf(input)]);
  const all = new Map<string, boolean>();
  for (const name of names) for (const [p, side] of sidesAt(nodes, name)) all.set(p, side);
  if (node.op === 'Merge' && !isLoopMerge(node)) all.delete(choiceOf(nodes, node).predicate);
  return all;
}

/** What a Merge of a condition takes. */
export interface Choice {
  /** Name of the predicate. */
  readonly predicate: string;
  /** Names of the values that it takes where the predicate holds, and where it does not. */
  readonly yes: string;
  readonly no: string;
}

/** The condition whose branches meet in a Merge. */
export function choiceOf(nodes: Nodes, merge: GraphNode): Choice {
  const [a, b] = dataInputs(merge);
  const [of, against] = [sidesAt(nodes, a), sidesAt(nodes, b)];
  for (const [predicate, side] of of) {
    if (against.get(predicate) !== !side) continue;
    return side ? { predicate, yes: a, no: b } : { predicate, yes: b, no: a };
  }
  throw refused(merge, 'expected its inputs from the two sides of one Switch');
}

/** A condition: where values enter its branches, and where those meet again. */
export interface Meeting {
  readonly switches: readonly GraphNode[];
  readonly merges: readonly GraphNode[];
  /** Nodes that depend on which branch is taken. */
  readonly inside: ReadonlySet<GraphNode>;
}

const same = (a: Sides, b: Sides): boolean =>
  a.size === b.size && [...a].every(([predicate, side]) => b.get(predicate) === side);

/**
 * The condition that a Merge belongs to.
 * @param wanted nodes that results depend on; others are left out
 */
export function meetingOf(nodes: Nodes, merge: GraphNode, wanted: ReadonlySet<GraphNode>): Meeting {
  const { predicate } = choiceOf(nodes, merge);
  const around = sidesOf(nodes, merge);
  const own = [...wanted].filter((node) => same(sidesOf(nodes, node), around));
  const switches = own.filter(
    (node) => isBranch(node) && source(nodes, node.inputNames[1]) === predicate,
  );
  const merges = own.filter(
    (node) =>
      node.op === 'Merge' && !isLoopMerge(node) && choiceOf(nodes, node).predicate === predicate,
  );
  return { switches, merges, inside: readersOf(switches, new Set(merges)) };
}
