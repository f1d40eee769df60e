import { dotChart, type Table } from '@scene-mtl/eval';
import {
  compare,
  holdsAmong,
  judge,
  measuredCell,
  metricOf,
  notRun,
  overSeeds,
  pairedTable,
  type ComparedArm,
  type Experiment,
  type Figure,
  type Results,
  type Verdict,
} from '@scene-mtl/lab';
import { ran } from '../../../numbers/arm.ts';
import { changeOf, changeText, rmsOf } from '../../../numbers/changes.ts';
import type { Numbers, NumbersSpec } from '../../../numbers/kind.ts';
import { trialFlags, type Trials } from '../../../numbers/trials.ts';
import roads, { CONFIG, type RoadTask } from '../road.ts';
import { armsOf } from './arms.ts';
import { published, publishedChange, SIZES, type PublishedRow } from './published.ts';

const source = 'Caruana 1997, section 2.1 and table 1';
const { train, val, test, steps, batchSize } = CONFIG;
const lead = `${train} made roads to learn from, ${val} to stop by, ${test} to judge; ${steps} steps of ${batchSize}, each task stopped at its own best evaluation. The paper's simulator is not to be had: signs and sizes of changes can be compared with it, errors cannot.`;
const steering = rmsOf('steering');

/** A row of the paper's table with our runs. */
interface Row {
  readonly paper: PublishedRow;
  readonly single: readonly ComparedArm[];
  /** Of these the one with the least mean error, as the paper chooses: on what is judged, unfairly to all tasks. */
  readonly best: ComparedArm | undefined;
}

/** The paper's first table, and the controls that say what its numbers come from. */
export const alvinn: Experiment<Trials, Numbers> = {
  name: 'alvinn',
  command: 'caruana1997 alvinn',
  title: '1-D ALVINN: steering, alone and with eight extra tasks',
  program: roads,
  ...trialFlags(10),
  *stages({ options }) {
    const { single, multi, controls, tuned } = armsOf(options);
    yield [multi, ...controls, ...tuned, ...Object.values(single).flat()].flatMap(
      ({ slug, spec }) => overSeeds(slug, options.seeds, spec),
    );
  },
  show({ options }, results) {
    const { seeds } = options;
    const arms = armsOf(options);
    const multi = ran(arms.multi, results, seeds);
    const controls = arms.controls.map((arm) => ran(arm, results, seeds));
    const tuned = arms.tuned.map((arm) => ran(arm, results, seeds));
    const rows = published.map((paper) => rowOf(paper, arms.single, results, seeds));
    const best = rows[0].best;
    const others = [...(best ? [best] : []), ...tuned, ...controls];
    const units = 'In widths of the picture; below 0: the network of all tasks is better.';
    const paired = pairedTable({ ...{ arm: multi, others, quantities: [steering], seeds, units } });
    return {
      lead,
      grids: [],
      figures: figuresOf(rows, multi, [...others, multi]),
      verdicts: verdictsOf(rows, multi, controls, leastError([...rows[0].single, ...tuned])),
      tables: [
        { name: 'alvinn', table: tableOf(rows, multi) },
        ...(paired ? [{ name: 'alvinn-controls', table: paired }] : []),
      ],
    };
  },
};

function rowOf(
  paper: PublishedRow,
  arms: ReturnType<typeof armsOf>['single'],
  results: Results<NumbersSpec>,
  seeds: readonly number[],
): Row {
  const single = arms[paper.task].map((arm) => ran(arm, results, seeds));
  return { paper, single, best: leastError(single, paper.task) };
}

/** The arm with the least mean error of a task, of those that were run. */
function leastError(
  arms: readonly ComparedArm[],
  task: RoadTask = 'steering',
): ComparedArm | undefined {
  const error = ({ runs }: ComparedArm) => mean(metricOf(runs, rmsOf(task).metric));
  const there = arms.filter(({ runs }) => runs.length > 0);
  return there.sort((a, b) => error(a) - error(b))[0];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The paper's table, its numbers beside ours. */
const tableOf = (rows: readonly Row[], multi: ComparedArm): Table => ({
  title: 'Test RMSE of each task, alone and together',
  corner: 'Task',
  columns: [
    ...SIZES.map((n) => ({ name: `${n} hidden`, group: 'alone', decimals: 3 })),
    { name: '16 hidden', group: 'all tasks', decimals: 3 },
    { name: 'against the best alone, %', kind: 'text' },
    { name: 'Caruana 1997, %', kind: 'text' },
  ],
  rows: rows.map(({ paper, single, best }) => {
    const quantity = rmsOf(paper.task);
    const values = ({ runs }: ComparedArm) => metricOf(runs, quantity.metric);
    return {
      header: paper.title,
      cells: [
        ...single.map((arm, k) => measuredCell(values(arm), paper.single[k])),
        measuredCell(values(multi), paper.multi),
        best ? changeText(changeOf(multi.runs, best.runs, quantity)) : null,
        `${publishedChange(paper).toFixed(1).replace('-', '−')}${paper.isSignificant ? ' (p ≤ 0.05)' : ''}`,
      ],
    };
  }),
  published: 'Caruana 1997, table 1',
  publishedDiffers: 'other roads, other noise; only the signs and sizes of changes compare',
  notes: [
    lead,
    'Best alone: the size with the least mean error on the examples that are judged, as in the paper; that favours the networks of one task. Change with its 95 % interval by Student’s t over seeds and the p of a paired permutation test.',
  ],
});

function figuresOf(
  rows: readonly Row[],
  multi: ComparedArm,
  arms: readonly ComparedArm[],
): Figure[] {
  const ours = rows.flatMap(({ paper, best }) => {
    const change = best && changeOf(multi.runs, best.runs, rmsOf(paper.task));
    if (!change) return [];
    const { mean: value, low, high } = change;
    return [{ row: paper.title, value, ...(change.n > 1 && { low, high }) }];
  });
  const steered = arms.flatMap(({ title, runs }) => {
    const values = metricOf(runs, steering.metric);
    return values.length > 0 ? [{ row: title, value: mean(values), ...range(values) }] : [];
  });
  if (ours.length === 0 || steered.length === 0) return [];
  const theirs = rows.map(({ paper }) => ({ row: paper.title, value: publishedChange(paper) }));
  return [
    {
      name: 'alvinn',
      spec: dotChart({
        title: 'What all tasks together change, per task',
        label: 'change of RMSE against the best network of that task alone (%)',
        rows: rows.map(({ paper }) => paper.title),
        series: [
          { name: 'here, 95 % interval', dots: ours },
          { name: 'Caruana 1997', dots: theirs },
        ],
        zero: false,
      }),
      caption:
        'Change of the test error of each task from its best network alone to one network of all; left of 0: together is better.',
      description:
        'Change of the error of nine tasks, ours with intervals beside those of Caruana 1997',
    },
    {
      name: 'alvinn-controls',
      spec: dotChart({
        title: 'Steering: what helps and what does not',
        label: 'RMSE of steering, mean and range over seeds',
        rows: steered.map(({ row }) => row),
        series: [{ name: 'RMSE', dots: steered }],
        zero: false,
        wrap: true,
      }),
      caption:
        'Error of steering of the best network alone, of all tasks, and of the controls. A control that errs as little as all tasks says that the gain needs no other task.',
      description: 'Error of steering by network, one dot an arm with its range over seeds',
    },
  ];
}

const range = (values: readonly number[]) =>
  values.length > 1 ? { low: Math.min(...values), high: Math.max(...values) } : {};

function verdictsOf(
  rows: readonly Row[],
  multi: ComparedArm,
  [shuffled, noise, copies]: readonly ComparedArm[],
  tuned: ComparedArm | undefined,
): Verdict[] {
  const best = rows[0].best?.runs ?? [];
  const better = (claim: string, ours: ComparedArm, theirs: ComparedArm['runs']) =>
    judge({ claim, source }, compare(ours.runs, theirs, [steering]));
  return [
    better(
      'One network of nine tasks steers better than the best of four sizes that steer alone',
      multi,
      best,
    ),
    better(
      '… and better than one whose extra labels are shuffled: it takes what they say',
      multi,
      shuffled.runs,
    ),
    better('… and better than with noise in place of the extra labels', multi, noise.runs),
    better(
      '… and better than with copies of steering, which only raise its rate',
      multi,
      copies.runs,
    ),
    // The best on what is judged: unfair to all tasks, so that what is left of the gain is theirs.
    named(
      better(
        '… and better than steering alone at the best of its sizes and rates',
        multi,
        tuned?.runs ?? [],
      ),
      tuned,
    ),
    nothingElsewhere(rows, multi),
  ];
}

/** A verdict that says which arm it is against. */
const named = (verdict: Verdict, against: ComparedArm | undefined): Verdict =>
  against && verdict.evidence
    ? { ...verdict, evidence: `${verdict.evidence}, against ${against.title}` }
    : verdict;

/** Of the tasks that gained nothing in the paper. */
function nothingElsewhere(rows: readonly Row[], multi: ComparedArm): Verdict {
  const claim = {
    claim: 'Line centre, edge and line greylevel gain and lose nothing (5 % would matter)',
    source,
  };
  const still = rows.filter(({ paper }) => !paper.isSignificant);
  const found = still.flatMap(({ paper, best }) =>
    best ? compare(multi.runs, best.runs, [rmsOf(paper.task)]) : [],
  );
  if (found.length < still.length) return notRun(claim);
  const moved = found.some((one) => one.outcome !== 'same' && holdsAmong(one, still.length));
  return {
    ...claim,
    judgement: moved
      ? 'not reproduced'
      : found.every(({ outcome }) => outcome === 'same')
        ? 'reproduced'
        : 'cannot tell',
    evidence: found.map(({ evidence }) => evidence).join('; '),
  };
}
