import * as tf from '@tensorflow/tfjs';
import { conditionOf, controlOps, loopOf, type Group } from './control-ops.ts';
import { parseName, runNode, type Executor, type GraphNode } from './converter.ts';
import type { Value } from './list-ops.ts';
import { recordedOpen, withKnownSizes } from './open-ops.ts';
import { naming, refused } from './refuse.ts';

/** The nodes that a scope computes itself, and the scope that computes the others. */
interface Outside {
  readonly scope: Scope;
  readonly inside: ReadonlySet<GraphNode>;
}

/**
 * The nodes that results depend on.
 * @param given names of values that are given, so that nothing before them matters
 */
export function nodesBehind(
  { graph: { nodes } }: Executor,
  outputs: readonly string[],
  given: readonly string[] = [],
): Set<GraphNode> {
  const ends = new Set(given.map((name) => nodes[parseName(name)[0]]));
  const found = new Set<GraphNode>();
  const stack = outputs.map((name) => nodes[parseName(name)[0]]);
  for (let node = stack.pop(); node; node = stack.pop()) {
    // The converter takes a node that is given as one that is there.
    if (found.has(node) || ends.has(node)) continue;
    found.add(node);
    stack.push(...node.inputs);
  }
  return found;
}

/**
 * The values of a graph model's nodes, or of those of a branch or of a turn of a loop: each is computed when it is first
 * asked for, after what it reads.
 */
export class Scope {
  readonly executor: Executor;
  /** Nodes that results depend on. */
  readonly wanted: ReadonlySet<GraphNode>;
  readonly #outside: Outside | undefined;
  readonly #values = new Map<string, readonly Value[]>();

  constructor(executor: Executor, wanted: ReadonlySet<GraphNode>, outside?: Outside) {
    this.executor = executor;
    this.wanted = wanted;
    this.#outside = outside;
  }

  get nodes(): Readonly<Record<string, GraphNode>> {
    return this.executor.graph.nodes;
  }

  /** A scope for other values of some nodes. */
  inside(inside: ReadonlySet<GraphNode>): Scope {
    return new Scope(this.executor, this.wanted, { scope: this, inside });
  }

  /** A scope for a call of a function. */
  ofFunction(executor: Executor): Scope {
    return new Scope(executor, nodesBehind(executor, executor.outputNodes));
  }

  /** Gives a node the values of its outputs. */
  set(node: string, values: readonly Value[]): void {
    this.#values.set(node, values);
  }

  /**
   * A value by its name, `node` or `node:1`; undefined where the node is in a branch that is not taken.
   * @throws CaptureError naming a node that a step cannot have
   */
  get(name: string): Value {
    const stack = [name];
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const waits = this.#ownerOf(at).#advance(at);
      if (waits.length > 0) stack.push(...waits);
      else stack.pop();
    }
    return this.#known(name)?.[parseName(name)[1]];
  }

  #ownerOf(name: string): Scope {
    const [node] = parseName(name);
    if (!this.#outside || this.#values.has(node)) return this;
    const { scope, inside } = this.#outside;
    return inside.has(this.nodes[node]) ? this : scope.#ownerOf(name);
  }

  #known(name: string): readonly Value[] | undefined {
    return this.#ownerOf(name).#values.get(parseName(name)[0]);
  }

  /** Computes a node, or gives the names of what it waits for. */
  #advance(name: string): readonly string[] {
    const [at, output] = parseName(name);
    if (this.#values.has(at)) return [];
    const node = this.nodes[at];
    const weight = this.executor.weightMap[at];
    if (weight) {
      this.set(at, weight);
      return [];
    }
    const group = this.#groupOf(node);
    const waits = group?.waits ?? node.inputNames;
    const missing = waits.filter((input) => !this.#known(input));
    if (missing.length > 0) return missing;
    const inputs = waits.map((input) => this.get(input));
    if (group) for (const [one, values] of group.compute(inputs)) this.set(one, values);
    else this.set(at, this.#compute(node, inputs, output));
    return [];
  }

  #groupOf(node: GraphNode): Group | undefined {
    if (node.op === 'Exit') return loopOf(this, node);
    return node.op === 'Merge' ? conditionOf(this, node) : undefined;
  }

  #compute(node: GraphNode, inputs: readonly Value[], output: number): readonly Value[] {
    const open = inputs.includes(undefined) ? undefined : recordedOpen(node, inputs);
    if (open) return open;
    const op = controlOps[node.op];
    if (op) return op(this, node, inputs);
    if (node.category === 'hash_table') {
      throw refused(
        node,
        'a step has no tables of keys; look them up before it, and give what was found as an input',
      );
    }
    if (node.op.startsWith('Placeholder') && node.inputs.length === 0) {
      throw refused(node, 'expected a value for this input, got none; give it one');
    }
    // What reads from the branch that is not taken is not computed either.
    if (inputs.includes(undefined)) return [];
    // A list goes through what copies a value.
    if (node.op === 'Identity') return inputs.slice(0, 1);
    const tensors = inputs.map((input, i) => {
      if (input instanceof tf.Tensor) return input;
      throw refused(node, `expected a tensor as input ${i}, got a list`);
    });
    return naming(node, () => {
      const results = runNode(this.executor, node, tensors, output);
      return withKnownSizes(this.executor, node, tensors, results);
    });
  }
}
