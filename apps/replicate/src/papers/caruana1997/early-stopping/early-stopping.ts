import { dotChart, type Table } from '@scene-mtl/eval';
import {
  judgeDifference,
  measuredCell,
  notRun,
  overSeeds,
  summariesOf,
  type Experiment,
  type Figure,
  type Results,
  type RunSummary,
  type Verdict,
} from '@scene-mtl/lab';
import type { Numbers, NumbersSpec } from '../../../numbers/kind.ts';
import { trialFlags, type Trials } from '../../../numbers/trials.ts';
import roads, { roadArm, TASKS } from '../road.ts';
import { peakWeights, regretOf, spreadOf, stepsOf } from './peaks-in-time.ts';

const source = 'Caruana 1997, section 7.2';
const equalArm = (options: Trials) =>
  roadArm(options, { slug: 'equal', title: 'equal rates' }, TASKS);
const tunedArm = (options: Trials, weights: Readonly<Record<string, number>>) =>
  roadArm(options, { slug: 'tuned', title: 'rates tuned to peak together' }, TASKS, {}, weights);

/** Both sets of runs; the second needs the first, which tells its rates. */
function runsIn({ seeds, smoke }: Trials, results: Results<NumbersSpec>) {
  const options = { seeds, smoke };
  const equal = summariesOf(results, seeds, equalArm(options).spec);
  if (equal.length < seeds.length) return { equal, tuned: [], weights: undefined };
  const weights = peakWeights(equal, TASKS);
  return { equal, weights, tuned: summariesOf(results, seeds, tunedArm(options, weights).spec) };
}

/** When tasks of one network are learned best, and what it costs to stop them all at once. */
export const earlyStopping: Experiment<Trials, Numbers> = {
  name: 'early-stopping',
  command: 'caruana1997 early-stopping',
  title: '1-D ALVINN: tasks peak at different times',
  program: roads,
  ...trialFlags(10),
  *stages({ options }, results) {
    const { slug, spec } = equalArm(options);
    yield overSeeds(slug, options.seeds, spec);
    const { weights } = runsIn(options, results);
    if (!weights) return;
    const tuned = tunedArm(options, weights);
    yield overSeeds(tuned.slug, options.seeds, tuned.spec);
  },
  undecided: ({ options }, results) =>
    runsIn(options, results).weights ? 0 : options.seeds.length,
  show({ options }, results) {
    const { equal, tuned, weights } = runsIn(options, results);
    const lead =
      'One network of nine tasks. Each task at its own best evaluation on the halting set, against all of them at the one where the sum of their losses is least. Then the same with a weight for each task, which is its learning rate here, so that all peak late.';
    return {
      lead,
      grids: [],
      figures: [equal, tuned].some((runs) => runs.length === 0) ? [] : [figureOf(equal, tuned)],
      tables: [{ name: 'early-stopping', table: tableOf(lead, equal, tuned, weights) }],
      verdicts: verdictsOf(equal, tuned),
    };
  },
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const tableOf = (
  lead: string,
  equal: readonly RunSummary[],
  tuned: readonly RunSummary[],
  weights: Readonly<Record<string, number>> | undefined,
): Table => ({
  title: 'When each task is best, and what one common step costs',
  corner: 'Task',
  columns: [
    { name: 'best step', group: 'equal rates', decimals: 0 },
    { name: 'regret', unit: '%', group: 'equal rates', decimals: 1 },
    { name: 'weight', group: 'tuned rates', decimals: 2 },
    { name: 'best step', group: 'tuned rates', decimals: 0 },
    { name: 'regret', unit: '%', group: 'tuned rates', decimals: 1 },
  ],
  rows: [
    ...TASKS.map((task) => ({
      header: task,
      cells: [
        measuredCell(equal.map((run) => stepsOf(run, TASKS)[task])),
        measuredCell(equal.map((run) => regretOf(run, TASKS)[task])),
        { value: weights?.[task] ?? null },
        measuredCell(tuned.map((run) => stepsOf(run, TASKS)[task])),
        measuredCell(tuned.map((run) => regretOf(run, TASKS)[task])),
      ],
    })),
    {
      header: 'mean of all',
      ruleAbove: true,
      cells: [
        null,
        measuredCell(equal.map((run) => meanRegret(run))),
        null,
        null,
        measuredCell(tuned.map((run) => meanRegret(run))),
      ],
    },
  ],
  notes: [
    lead,
    'Regret: how much larger the test RMSE is at the common step than at the task’s own, %. Both steps are chosen on the halting set; below 0 the common one was luckier.',
  ],
});

const meanRegret = (run: RunSummary): number => mean(Object.values(regretOf(run, TASKS)));

function figureOf(equal: readonly RunSummary[], tuned: readonly RunSummary[]): Figure {
  const dots = (runs: readonly RunSummary[]) =>
    TASKS.map((task) => {
      const steps = runs.map((run) => stepsOf(run, TASKS)[task]);
      return { row: task, value: mean(steps), low: Math.min(...steps), high: Math.max(...steps) };
    });
  return {
    name: 'early-stopping',
    spec: dotChart({
      title: 'When each task of one network is best',
      label: 'step of the least halting loss, mean and range over seeds',
      rows: [...TASKS],
      series: [
        { name: 'equal rates', dots: dots(equal) },
        { name: 'rates tuned to peak together', dots: dots(tuned) },
      ],
    }),
    caption:
      'Step at which each task of one network has its least loss on the halting set, with equal rates and with rates that let the fast tasks wait.',
    description: 'Best step of nine tasks of one network, with equal and with tuned rates',
  };
}

function verdictsOf(equal: readonly RunSummary[], tuned: readonly RunSummary[]): Verdict[] {
  const claims = {
    costs: { claim: 'Stopping all tasks at one step costs accuracy (1 % would matter)', source },
    together: { claim: 'Rates of their own make the tasks peak closer together', source },
    cures: { claim: 'Such rates lower what one common step costs', source },
  };
  const over = (differences: readonly number[], delta: number, unit: string) =>
    judgeDifference(
      differences.map((difference) => ({ difference, overFrames: undefined })),
      ...([delta, unit] as const),
    );
  const costs =
    equal.length === 0
      ? notRun(claims.costs)
      : { ...claims.costs, ...over(equal.map(meanRegret), 1, '% of RMSE') };
  const pairs = tuned.flatMap((run) => {
    const before = equal.find(({ spec }) => spec.seed === run.spec.seed);
    return before ? [[before, run] as const] : [];
  });
  if (pairs.length === 0) return [costs, notRun(claims.together), notRun(claims.cures)];
  const spread = pairs.map(([a, b]) => 100 * (spreadOf(a, TASKS) - spreadOf(b, TASKS)));
  const regret = pairs.map(([a, b]) => meanRegret(a) - meanRegret(b));
  return [
    costs,
    { ...claims.together, ...over(spread, 10, 'hundredths of log₂ of the step, less spread') },
    { ...claims.cures, ...over(regret, 0.5, 'points of regret less') },
  ];
}
