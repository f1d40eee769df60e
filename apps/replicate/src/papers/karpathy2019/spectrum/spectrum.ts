import { settle, type Table } from '@scene-mtl/eval';
import {
  deltaMTable,
  ENOUGH_SEEDS,
  measuredCell,
  metricOf,
  overSeeds,
  pairedTable,
  summariesOf,
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
import { changesOf, intervalText, signed, SMALLEST_CHANGE } from '../../../scenes/changes.ts';
import { notesOf } from '../../../scenes/notes.ts';
import {
  columnOf,
  comparedQuantities,
  differenceUnits,
  primaryQuantities,
} from '../../../scenes/quantities.ts';
import { armOf, fixedWeights, learnedWeights } from '../../../scenes/spec.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import { designsFor, nameOf, networksOf, type Design } from './designs.ts';
import { networkCosts, type NetworkCosts } from './network-costs.ts';

const source = 'Karpathy 2019';

/** The arm of a network: its one task alone, or learned weights of several, as in Table 1. */
const armFor = ({ config }: SceneContext, tasks: readonly string[]): SceneArm =>
  armOf(config, {
    tasks,
    balance: tasks.length === 1 ? fixedWeights(tasks, { [tasks[0]]: 1 }) : learnedWeights(),
  });

/** A design with a run for each seed of which all networks are there: their metrics together. */
function designArm(
  { slug, title, networks }: Design,
  context: SceneContext,
  results: SceneResults,
): ComparedArm {
  const { seeds } = context.config;
  const each = networks.map((tasks) => summariesOf(results, seeds, armFor(context, tasks)));
  const runs = seeds.flatMap((seed): RunSummary[] => {
    const parts = each.flatMap((of) => of.find((run) => run.spec.seed === seed) ?? []);
    if (parts.length < networks.length) return [];
    const metrics = Object.assign({}, ...parts.map(({ result }) => result.metrics)) as Record<
      string,
      number
    >;
    return [{ ...parts[0], result: { ...parts[0].result, metrics } }];
  });
  return { slug, title, tasks: context.data.tasks, runs };
}

/** From one network a task to one for all: what each way costs, and what it is worth. */
export const spectrum: SceneExperiment<Record<never, never>> = ofUsualTasks({
  name: 'spectrum',
  command: 'karpathy2019 spectrum',
  title: 'Spectrum: a network a task, one for all, and groups in between',
  options: () => ({}),
  *stages(context) {
    const { config, data } = context;
    const networks = networksOf(designsFor(data.tasks));
    yield networks.flatMap((tasks) => {
      const arm = armFor(context, tasks);
      const runs = overSeeds(tasks.join('-'), config.seeds, arm);
      if (tasks.length < data.tasks.length) return runs;
      // What a network costs is the same for every seed.
      return runs.map((run, k) => (k === 0 ? { ...run, measurements: [networkCosts] } : run));
    });
  },
  show(context, results) {
    const { config, data } = context;
    const designs = designsFor(data.tasks);
    const arms = designs.map((design) => designArm(design, context, results));
    const singles = data.tasks.map((task): ComparedArm => ({
      ...{ slug: task, title: task, tasks: [task] },
      runs: summariesOf(results, config.seeds, armFor(context, [task])),
    }));
    const costs = results.measured(
      { ...armFor(context, data.tasks), seed: config.seeds[0] },
      networkCosts,
    );
    const definitions = deltaMTable({
      ...{ arms: [...singles, ...arms], tasks: data.tasks },
      quantities: comparedQuantities(data.tasks),
      data: { dataset: data.name, split: 'val' },
    });
    const paired = pairedTable({
      ...{ arm: arms.at(-1), others: arms, quantities: primaryQuantities(data.tasks) },
      ...{ seeds: config.seeds, units: differenceUnits },
    });
    return {
      lead: `The tasks of ${data.name} divided among networks in ${designs.length} ways: same encoder, batches, steps and learning rate for all, learned weights where a network has several tasks.`,
      tables: [
        { name: 'spectrum', table: tableOf(context, designs, arms, costs) },
        ...(definitions ? [{ name: 'spectrum-delta-m', table: definitions }] : []),
        ...(paired ? [{ name: 'spectrum-paired', table: paired }] : []),
      ],
      figures: [],
      grids: [],
      verdicts: data.tasks.length < 2 ? [] : [cheaper(designs, costs), fights(context, arms)],
    };
  },
});

/** Parameters and milliseconds of all networks of a design. */
function costOf({ networks }: Design, costs: NetworkCosts | undefined) {
  const each = networks.flatMap((tasks) => costs?.[nameOf(tasks)] ?? []);
  if (each.length < networks.length) return undefined;
  const sum = (key: keyof (typeof each)[number]): number =>
    each.reduce((all, cost) => all + cost[key], 0);
  return { parameters: sum('parameters'), milliseconds: sum('milliseconds') };
}

function tableOf(
  context: SceneContext,
  designs: readonly Design[],
  arms: readonly ComparedArm[],
  costs: NetworkCosts | undefined,
): Table {
  const quantities = primaryQuantities(context.data.tasks);
  return {
    title: 'Tasks divided among networks',
    corner: 'Networks',
    columns: [
      { name: 'Parameters', better: 'lower', decimals: 0 },
      { name: 'Time an image', unit: 'ms', better: 'lower', decimals: 2 },
      ...quantities.map(({ metric }) => columnOf(metric)),
      { name: 'Δm of primary metrics', unit: '%', better: 'lower', decimals: 1 },
      { name: '95 % interval', kind: 'text' },
    ],
    rows: designs.map((design, k) => {
      const cost = costOf(design, costs);
      const changes = changesOf(context, arms[k], arms[0]);
      return {
        header: design.title,
        cells: [
          { value: cost?.parameters ?? null },
          { value: cost?.milliseconds ?? null },
          ...quantities.map(({ metric }) => measuredCell(metricOf(arms[k].runs, metric))),
          measuredCell(changes),
          changes.length < 2 ? null : intervalText(settle(changes, SMALLEST_CHANGE)),
        ],
      };
    }),
    notes: [
      ...notesOf(context),
      'Time: every network exported to ONNX and run there one image at a time on one thread, in turns, the median of 15 rounds; of several networks the sum. It depends on the machine.',
      'Δm: mean change of the primary metrics against the networks of one task, whose mean over seeds is 0; 95 % interval of its mean by Student’s t over seeds.',
    ],
  };
}

function cheaper(designs: readonly Design[], costs: NetworkCosts | undefined): Verdict {
  const claim = { claim: 'One network for all tasks costs less where it is used', source };
  const [alone, together] = [designs[0], designs.at(-1)!].map((design) => costOf(design, costs));
  if (!alone || !together) return { ...claim, judgement: 'not run', evidence: '' };
  const less = together.milliseconds < alone.milliseconds;
  const share = (key: 'milliseconds' | 'parameters') => (alone[key] / together[key]).toFixed(2);
  return {
    ...claim,
    judgement: less && together.parameters < alone.parameters ? 'reproduced' : 'not reproduced',
    evidence: `a network a task takes ${share('milliseconds')} times as long an image and has ${share('parameters')} times as many parameters`,
  };
}

const FIGHTS = {
  above: 'reproduced',
  below: 'not reproduced',
  within: 'not reproduced',
  open: 'cannot tell',
} as const;

function fights(context: SceneContext, arms: readonly ComparedArm[]): Verdict {
  const claim = { claim: 'Tasks that share all of a network fight for its capacity', source };
  const changes = changesOf(context, arms.at(-1)!, arms[0]);
  if (changes.length === 0) return { ...claim, judgement: 'not run', evidence: '' };
  const settled = settle(changes, SMALLEST_CHANGE);
  const { n, outcome, p } = settled;
  const interval = n < 2 ? '' : `; 95 % interval ${intervalText(settled)}`;
  return {
    ...claim,
    judgement: n < ENOUGH_SEEDS ? 'cannot tell' : FIGHTS[outcome],
    p: n < ENOUGH_SEEDS || outcome === 'open' ? 1 : p,
    evidence: `Δm of one network for all ${signed(settled.mean)} % (${n} seed${n === 1 ? '' : 's'}${interval}), above 0 is worse than a network a task, ${SMALLEST_CHANGE} % would matter`,
  };
}
