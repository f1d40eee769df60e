import { z } from 'zod';
import type { Network } from '../network.ts';
import { branchedTree } from './branching.ts';
import { defineArchitecture } from './define.ts';
import { checkTasks, sumOfParameters } from './parts.ts';
import { builtTree, groupsByStage, type Tree } from './tree.ts';

const options = z.strictObject({
  affinity: z
    .record(z.string(), z.record(z.string(), z.number().min(0).max(1)))
    .default({})
    .describe(
      'how alike two tasks are, 0 … 1, by their names; none: all tasks share all (thin start)',
    ),
  branchCost: z
    .number()
    .min(0)
    .default(0.1)
    .describe('L₀: what one branch more costs at the last stage, beside affinities'),
});

/** The tree of some affinities. */
function treeFor(
  tasks: readonly string[],
  strides: readonly number[],
  { affinity, branchCost }: z.output<typeof options>,
): Tree {
  if (Object.keys(affinity).length === 0) return { shared: strides.length, groups: [tasks] };
  const matrix = tasks.map((a) =>
    tasks.map((b) => {
      if (a === b) return 1;
      const known = affinity[a]?.[b] ?? affinity[b]?.[a];
      if (known === undefined) {
        throw new Error(`adaptive-branching: expected the affinity of ${a} and ${b}, got none`);
      }
      return known;
    }),
  );
  return branchedTree(tasks, matrix, strides, { branchCost });
}

/**
 * Fully-adaptive feature sharing (Lu et al. 2017): it begins as a network that all tasks share, and is widened, from
 * its last stage to its first, where tasks find different examples difficult. Two networks, one after the other:
 * without affinities it is the thin one, hard sharing; from its losses (`affinityOf`) come affinities, with which it
 * is the branched one, a tree; `widened` gives that what the thin one has learned. The tree is `branchedTree`'s, drawn
 * by `treeText`. The thin network's own initialisation (SOMP) is left out: weights are drawn as ever.
 *
 * Degree of sharing of a stage: the share of pairs of tasks that have it in common.
 * @example
 * ```ts
 * import { adaptiveBranching, dilatedResidual, multiTaskModel, widened } from '@scene-mtl/core';
 * import { depth, instance, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const parts = { encoder, tasks: [semantic(19), instance(), depth()], size: [16, 16], seed: 1 } as const;
 * const thin = multiTaskModel({ ...parts, architecture: adaptiveBranching.make() });
 * const affinity = { semantic: { instance: 0.9, depth: 0.7 }, instance: { depth: 0.75 } };
 * const wide = multiTaskModel({ ...parts, architecture: adaptiveBranching.make({ affinity }) });
 * widened(thin, wide);
 * wide.sharing().map(({ values }) => values.groups); // → [1, 2, 2, 2]
 * ```
 */
export const adaptiveBranching = defineArchitecture({
  name: 'adaptive-branching',
  alias: ['fully-adaptive'],
  source: 'Lu et al. 2017, section 3.3',
  formula:
    'min (d − 1) L₀ 2^p + Σ_g (1 − mean_{i∈g} min_{j∈g} A_ij) / d, from the last stage to the first',
  options,
  settings: (tasks) => ({
    usual: { affinity: chain(tasks), branchCost: 0.05 },
    thin: {},
  }),
  // Σ of the stages, each as often as there are branches of it. Places are not known here: `strides` of 1.
  parameters({ tasks, stages }, given) {
    const strides = stages.map(({ stride }) => stride);
    return groupsByStage(treeFor(tasks, strides, given), stages.length).reduce(
      (sum, groups, i) => sum + groups.length * sumOfParameters([stages[i]]),
      0,
    );
  },
  build(place, given) {
    const tasks = place.heads.map(({ name }) => name);
    const named = Object.entries(given.affinity).flatMap(([a, of]) => [a, ...Object.keys(of)]);
    checkTasks('adaptive-branching', named, place.heads);
    const strides = place.encoder.stages.map(({ stride }) => stride);
    return builtTree(place, treeFor(tasks, strides, given));
  },
});

/** Affinities that fall with the distance of tasks in their order. */
const chain = (tasks: readonly string[]) =>
  Object.fromEntries(
    tasks.map((a, i) => [
      a,
      Object.fromEntries(tasks.flatMap((b, j) => (j > i ? [[b, 0.9 ** (4 * (j - i) - 3)]] : []))),
    ]),
  );

/**
 * Gives a branched network what one with wider branches has learned: each of its branches begins as the narrowest
 * branch that served all its tasks, heads as they are.
 * @throws when a weight of the branched network has nothing to begin from
 */
export function widened(from: Pick<Network, 'weights'>, to: Pick<Network, 'weights'>): void {
  const known = from.weights.map((weight) => ({
    ...placeOf(weight.name),
    variable: weight.variable,
  }));
  for (const { name, variable } of to.weights) {
    const { tasks, rest } = placeOf(name);
    const sources = known
      .filter((one) => one.rest === rest && serves(one.tasks, tasks))
      .sort((a, b) => (a.tasks?.length ?? Infinity) - (b.tasks?.length ?? Infinity));
    if (sources.length === 0) {
      throw new Error(`widened: ${name} has nothing to begin from in the other network`);
    }
    variable.assign(sources[0].variable);
  }
}

/** The tasks of a branch of the encoder, undefined for all, and what of it a weight is. */
function placeOf(name: string): { tasks: string[] | undefined; rest: string } {
  const branch = /^(?:([^/]+)\/)?(encoder\/.*)$/.exec(name);
  return branch
    ? { tasks: branch[1]?.split('.'), rest: branch[2] }
    : { tasks: undefined, rest: name };
}

const serves = (tasks: readonly string[] | undefined, wanted: readonly string[] | undefined) =>
  tasks === undefined || (wanted?.every((task) => tasks.includes(task)) ?? false);
