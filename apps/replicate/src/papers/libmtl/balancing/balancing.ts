import { balancerNamed } from '@scene-mtl/core';
import type { Table } from '@scene-mtl/eval';
import {
  deltaMTable,
  flagWords,
  measuredCell,
  metricOf,
  overSeeds,
  pairedTable,
  summariesOf,
  type ComparedArm,
  type RunSummary,
} from '@scene-mtl/lab';
import type { SceneExperiment, SceneResults } from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { quantitiesOfTask, quantityColumn, sceneTasks } from '../../../scenes/own-tasks.ts';
import { changeChart } from './chart.ts';
import {
  methodNames,
  rowsOf,
  type BalancingContext,
  type BalancingOptions,
  type Row,
} from './rows.ts';
import { equalVerdicts } from './verdicts.ts';

type Context = BalancingContext;

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
    const compared = sceneTasks(data).flatMap(quantitiesOfTask);
    const equal = arms.find(({ slug }) => slug === 'equal');
    const deltaM = deltaMTable({
      ...{ arms, tasks: data.tasks, quantities: compared },
      data: { dataset: data.name, split: 'val' },
    });
    const paired = pairedTable({
      ...{ arm: equal, others: arms, seeds: config.seeds },
      quantities: compared.filter(({ primary }) => primary),
      units: 'Units and directions as in the heads above.',
    });
    return {
      lead: `Every balancing method, its options at their defaults, on ${data.name}: same network, batches, steps and learning rate for all; no rate is tuned for a method.`,
      tables: [
        { name: 'balancing', table: tableOf(context, arms, equal) },
        ...(deltaM ? [{ name: 'balancing-delta-m', table: deltaM }] : []),
        ...(paired ? [{ name: 'balancing-paired', table: paired }] : []),
      ],
      figures: changeChart(context, arms, equal),
      grids: [],
      verdicts: data.tasks.length > 1 ? equalVerdicts(context, arms) : [],
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
  const primary = sceneTasks(context.data).flatMap((task) =>
    quantitiesOfTask(task)
      .slice(0, 1)
      .map((quantity) => ({ ...quantity, column: quantityColumn(task, quantity) })),
  );
  return {
    title: 'Every method on the same tasks',
    corner: 'Method',
    columns: [
      ...primary.map(({ column }) => column),
      { name: 'Sum of weights at the end', decimals: 2 },
      { name: 'Steps/s against equal weights', better: 'higher', decimals: 2 },
    ],
    rows: arms.map(({ title, tasks, runs, slug }) => ({
      header: title,
      ...(slug === context.options.methods[0] && { ruleAbove: true }),
      reference: tasks.length === 1,
      cells: [
        ...primary.map(({ metric }) => measuredCell(metricOf(runs, metric))),
        measuredCell(runs.flatMap(weightSum)),
        tasks.length > 1 ? measuredCell(speeds(runs, equal?.runs ?? [])) : null,
      ],
    })),
    notes: [
      ...notesOf(context),
      'Sum of weights: of the losses or their gradients, mean over the last logged interval. It acts on the size of steps as the learning rate does, which is the same for all; for comparison, equal weights (their sum is 1) at several times the rate. What is clipped, and gradients that are turned, do not show in it.',
      'Steps/s: of runs that may have been made at different times, beside other work; what a step costs is measured by the repository’s npm run bench -- balancing.',
    ],
  };
}

/** Sum of the weights at the end; none where not every task has one. */
function weightSum({ spec, result }: RunSummary): number[] {
  const weights = spec.tasks.flatMap((task) => result.weights[task] ?? []);
  return weights.length < spec.tasks.length ? [] : [weights.reduce((sum, w) => sum + w, 0)];
}

/** Steps a second of runs against those of equal weights with the same seed. */
const speeds = (runs: readonly RunSummary[], equal: readonly RunSummary[]): number[] =>
  runs.flatMap(({ spec, timing }) => {
    const beside = equal.find((run) => run.spec.seed === spec.seed);
    return beside ? [timing.stepsPerSecond / beside.timing.stepsPerSecond] : [];
  });
