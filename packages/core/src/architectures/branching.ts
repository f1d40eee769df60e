import type { Tree } from './tree.ts';

/** How alike tasks are, 0 … 1, in the order of the tasks; symmetric, 1 for a task with itself. */
export type Affinity = readonly (readonly number[])[];

/**
 * How often two tasks find the same examples difficult (Lu et al. 2017, section 3.3):
 * `A_ij = E[e_i e_j + (1 − e_i)(1 − e_j)]`, e 1 where a task's loss on an example is above its mean.
 * @param losses of each example, those of all tasks in their order; NaN where an example says nothing of one: the pair is
 *   left out
 * @example
 * ```ts
 * import { affinityOf } from '@scene-mtl/core';
 * // The first two find the last example difficult, the third the first.
 * affinityOf([[1, 2, 9], [1, 2, 1], [5, 8, 1]])[0]; // → [1, 1, 1 / 3]
 * ```
 */
export function affinityOf(losses: readonly (readonly number[])[]): number[][] {
  const K = losses[0]?.length ?? 0;
  const means = Array.from({ length: K }, (_, i) => {
    const known = losses.map((of) => of[i]).filter((loss) => !Number.isNaN(loss));
    return known.reduce((a, b) => a + b, 0) / known.length;
  });
  const pair = (i: number, j: number): number => {
    const both = losses.filter((of) => !Number.isNaN(of[i]) && !Number.isNaN(of[j]));
    const agreeing = both.filter((of) => of[i] > means[i] === of[j] > means[j]);
    return both.length > 0 ? agreeing.length / both.length : 0;
  };
  return means.map((_, i) => means.map((__, j) => (i === j ? 1 : pair(i, j))));
}

/** What decides where a network is widened. */
export interface BranchingPolicy {
  /** L₀: what one branch more costs at the last stage; twice as much at each halving of the places before it. */
  readonly branchCost: number;
}

/** A set of tasks, by their numbers. */
type Cluster = readonly number[];

/**
 * The tree that greedy widening makes of a network that all tasks share (Lu et al. 2017, section 3.3): from the last
 * stage to the first the branches above are grouped into as many branches as make
 * `(d − 1) L₀ 2^p + Σ_g (1 − mean_{i∈g} min_{j∈g} A_ij) / d` least, p the halvings between the stage and the last.
 * What is one branch at a stage is one at all stages before.
 *
 * Branches are grouped by joining, again and again, the two that are most alike (of the least alike of their tasks),
 * in place of spectral clustering: tasks are few, and nothing is drawn.
 * @param strides of the encoder's stages, in order
 * @example
 * ```ts
 * import { branchedTree, treeText } from '@scene-mtl/core';
 * const affinity = [[1, 0.9, 0.2], [0.9, 1, 0.3], [0.2, 0.3, 1]];
 * const found = branchedTree(['semantic', 'instance', 'depth'], affinity, [2, 4, 8, 8], { branchCost: 0.2 });
 * treeText(found, ['stem', 'stage1', 'stage2', 'stage3']).split('\n');
 * // → ['stem stage1', '├─ stage2 stage3 → semantic, instance', '└─ stage2 stage3 → depth']
 * ```
 */
export function branchedTree(
  tasks: readonly string[],
  affinity: Affinity,
  strides: readonly number[],
  { branchCost }: BranchingPolicy,
): Tree {
  const last = strides[strides.length - 1];
  let branches: readonly Cluster[] = tasks.map((_, i) => [i]);
  const byStage: (readonly Cluster[])[] = [];
  for (let i = strides.length - 1; i >= 0; i--) {
    const cost = branchCost * (last / strides[i]);
    const candidates = groupings(branches, affinity);
    const priceOf = (of: readonly Cluster[]) =>
      (of.length - 1) * cost + of.reduce((sum, g) => sum + unlikeness(g, affinity), 0) / of.length;
    branches = candidates.reduce((best, one) => (priceOf(one) < priceOf(best) ? one : best));
    byStage.unshift(branches);
  }
  return treeOf(
    byStage,
    tasks,
    0,
    tasks.map((_, i) => i),
  );
}

/** All of one, then one less each time, by joining the two that are most alike. */
function groupings(branches: readonly Cluster[], affinity: Affinity): (readonly Cluster[])[] {
  const found = [branches];
  let at = branches;
  while (at.length > 1) {
    let best: { a: number; b: number; likeness: number } | undefined;
    for (let a = 0; a < at.length; a++) {
      for (let b = a + 1; b < at.length; b++) {
        const likeness = Math.min(...at[a].flatMap((i) => at[b].map((j) => affinity[i][j])));
        if (!best || likeness > best.likeness) best = { a, b, likeness };
      }
    }
    const { a, b } = best as { a: number; b: number };
    const joint = [...at[a], ...at[b]].sort((i, j) => i - j);
    at = at.flatMap((g, n) => (n === a ? [joint] : n === b ? [] : [g]));
    found.push(at);
  }
  // Fewest branches first: of two that cost the same the narrower network is taken.
  return found.reverse();
}

/** `1 − mean_i min_j A_ij` within a group. */
const unlikeness = (g: Cluster, affinity: Affinity): number =>
  1 - g.reduce((sum, i) => sum + Math.min(...g.map((j) => affinity[i][j])), 0) / g.length;

/** The tree of a part of the tasks, from the groups of each stage. */
function treeOf(
  byStage: readonly (readonly Cluster[])[],
  tasks: readonly string[],
  from: number,
  part: Cluster,
): Tree {
  const within = (i: number) => byStage[i].filter((g) => g.some((task) => part.includes(task)));
  let shared = from;
  while (shared < byStage.length && within(shared).length === 1) shared++;
  const names = (g: Cluster) => g.map((task) => tasks[task]);
  if (shared === byStage.length) return { shared, groups: [names(part)] };
  const groups = within(shared).map((g) => {
    const inner = treeOf(byStage, tasks, shared, g);
    return inner.shared === byStage.length ? names(g) : inner;
  });
  return { shared, groups };
}
