import { balancerNamed, balancers } from '@scene-mtl/core';
import type { Table } from '@scene-mtl/eval';
import {
  compare,
  ENOUGH_SEEDS,
  deltaMTable,
  flagWords,
  measuredCell,
  metricOf,
  overSeeds,
  pairedTable,
  summariesOf,
  type Claim,
  type ComparedArm,
  type RunSummary,
  type Verdict,
} from '@scene-mtl/lab';
import type {
  SceneArm,
  SceneContext,
  SceneExperiment,
  SceneResults,
} from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import {
  columnOf,
  comparedQuantities,
  differenceUnits,
  primaryQuantities,
} from '../../../scenes/quantities.ts';
import { armOf, fixedWeights } from '../../../scenes/spec.ts';

/** Flags of `libmtl balancing`. */
interface BalancingOptions {
  /** Canonical names. */
  readonly methods: readonly string[];
}

type Context = SceneContext<BalancingOptions>;

/** A row of the table. */
interface Row {
  readonly slug: string;
  readonly title: string;
  readonly arm: SceneArm;
}

/** Names of the methods that need no options of their own; fixed weights are rows by themselves. */
const methodNames = balancers.map(({ name }) => name).filter((name) => name !== 'fixed');

/** The networks of one task each, then every method on all tasks, then what was tuned by hand. */
function rowsOf({ config, data, options }: Context): Row[] {
  const { tasks } = data;
  const single = tasks.map((task): Row => {
    const arm = armOf(config, { tasks: [task], balance: fixedWeights([task], { [task]: 1 }) });
    return { slug: `${task}-only`, title: `${task} alone`, arm };
  });
  if (tasks.length < 2) return single;
  const methods = options.methods.map((name): Row => {
    const [alias] = balancerNamed(name).alias;
    const title = alias === undefined ? name : `${name} (${alias})`;
    return { slug: name, title, arm: armOf(config, { tasks, balance: { name, options: {} } }) };
  });
  const { optimalWeights } = config;
  const tuned: Row[] = optimalWeights
    ? [
        {
          slug: 'tuned',
          title: 'fixed, tuned by hand',
          arm: armOf(config, { tasks, balance: fixedWeights(tasks, optimalWeights) }),
        },
      ]
    : [];
  return [...single, ...methods, ...tuned];
}

/** Every method of the registry on the same tasks, data and steps, beside networks of one task each. */
export const balancing: SceneExperiment<BalancingOptions> = {
  name: 'balancing',
  command: 'libmtl balancing',
  title: 'Balancing: every method on the same tasks',
  addFlags: (command) =>
    command.option('--methods <names>', 'only these (default: every method of the registry)'),
  options({ methods }) {
    const wanted = flagWords(methods).map((name) => balancerNamed(name).name);
    return { methods: wanted.length > 0 ? wanted : methodNames };
  },
  *stages(context) {
    yield rowsOf(context).flatMap(({ slug, arm }) => overSeeds(slug, context.config.seeds, arm));
  },
  show(context, results) {
    const { config, data } = context;
    const arms = rowsOf(context).map((row) => comparedArm(row, context, results));
    const quantities = primaryQuantities(data.tasks);
    const equal = arms.find(({ slug }) => slug === 'equal');
    const deltaM = deltaMTable({
      ...{ arms, tasks: data.tasks, quantities: comparedQuantities(data.tasks) },
      data: { dataset: data.name, split: 'val' },
    });
    const paired = pairedTable({
      ...{ arm: equal, others: arms, quantities, seeds: config.seeds, units: differenceUnits },
    });
    return {
      lead: `Every balancing method, its options at their defaults, on ${data.name}: same network, batches, steps and learning rate for all; no rate is tuned for a method.`,
      tables: [
        { name: 'balancing', table: tableOf(context, arms, equal) },
        ...(deltaM ? [{ name: 'balancing-delta-m', table: deltaM }] : []),
        ...(paired ? [{ name: 'balancing-paired', table: paired }] : []),
      ],
      figures: [],
      grids: [],
      verdicts: data.tasks.length > 1 ? [noneBeatsEqual(arms, equal, quantities)] : [],
    };
  },
};

const comparedArm = ({ slug, title, arm }: Row, { config }: Context, results: SceneResults) => ({
  ...{ slug, title, tasks: arm.tasks },
  runs: summariesOf(results, config.seeds, arm),
});

function tableOf(
  context: Context,
  arms: readonly ComparedArm[],
  equal: ComparedArm | undefined,
): Table {
  const quantities = primaryQuantities(context.data.tasks);
  return {
    title: 'Every method on the same tasks',
    corner: 'Method',
    columns: [
      ...quantities.map(({ metric }) => columnOf(metric)),
      { name: 'Steps/s against equal weights', better: 'higher', decimals: 2 },
    ],
    rows: arms.map(({ title, tasks, runs, slug }) => ({
      header: title,
      ...(slug === context.options.methods[0] && { ruleAbove: true }),
      reference: tasks.length === 1,
      cells: [
        ...quantities.map(({ metric }) => measuredCell(metricOf(runs, metric))),
        tasks.length > 1 ? measuredCell(speeds(runs, equal?.runs ?? [])) : null,
      ],
    })),
    notes: [
      ...notesOf(context),
      'Steps/s: of runs that may have been made at different times, beside other work; what a step costs is measured by the repository’s npm run bench -- balancing.',
    ],
  };
}

/** Steps a second of runs against those of equal weights with the same seed. */
const speeds = (runs: readonly RunSummary[], equal: readonly RunSummary[]): number[] =>
  runs.flatMap(({ spec, timing }) => {
    const beside = equal.find((run) => run.spec.seed === spec.seed);
    return beside ? [timing.stepsPerSecond / beside.timing.stepsPerSecond] : [];
  });

/**
 * A method refutes it that is better than equal weights in one quantity and worse in none; so many comparisons find
 * some by chance, so 5 % are shared out among all of them. None better and none open shows it.
 */
function noneBeatsEqual(
  arms: readonly ComparedArm[],
  equal: ComparedArm | undefined,
  quantities: ReturnType<typeof primaryQuantities>,
): Verdict {
  const claim: Claim = {
    claim: 'No method is better than equal weights',
    source: 'Kurin et al. 2022; Xin et al. 2022',
  };
  const others = arms.filter((arm) => arm.tasks.length > 1 && arm !== equal && arm.runs.length > 0);
  const made = others.map((arm) => ({
    title: arm.title,
    outcomes: compare(arm.runs, equal?.runs ?? [], quantities, others.length * quantities.length),
  }));
  const seeds = Math.min(...made.flatMap(({ outcomes }) => outcomes.map(({ n }) => n)));
  if (made.length === 0 || !Number.isFinite(seeds))
    return { ...claim, judgement: 'not run', evidence: '' };
  const named = (of: typeof made) => of.map(({ title }) => title).join(', ') || 'none';
  const worse = made.filter(({ outcomes }) => outcomes.some((one) => one.outcome === 'worse'));
  const better = made.filter(
    (one) => !worse.includes(one) && one.outcomes.some(({ outcome }) => outcome === 'better'),
  );
  // Neither better nor worse for certain, nor the same up to what would matter.
  const open = made.filter(
    (one) => !worse.includes(one) && one.outcomes.some(({ outcome }) => outcome === 'open'),
  );
  return {
    ...claim,
    judgement:
      seeds < ENOUGH_SEEDS || (better.length === 0 && open.length > 0)
        ? 'cannot tell'
        : better.length > 0
          ? 'not reproduced'
          : 'reproduced',
    evidence: [
      `${better.length} of ${made.length} methods better in some task and worse in none (t intervals over ${seeds} seed${seeds === 1 ? '' : 's'}, 95 % for all comparisons together)`,
      `better: ${named(better)}`,
      `worse in some task: ${named(worse)}`,
      `open: ${named(open)}`,
    ].join('; '),
  };
}
