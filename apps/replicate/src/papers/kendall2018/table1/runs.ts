import { overSeeds } from '@scene-mtl/lab';
import type { SceneArm, SceneResults, SceneRun } from '../../../scenes/kind.ts';
import { rowArm } from '../table1-arms.ts';
import type { Table1Row } from '../table1-rows.ts';
import { benchmarkMeasurements } from './camvid-test-split.ts';
import { sizeName, type Table1Context } from './options.ts';
import { planOf, primaryIn } from './plan.ts';
import { chosenRate, rateRuns, withRate } from './rate-choice.ts';

/** The arm of a row under the rate it chose, or undefined while that is open. */
export function armFor(
  row: Table1Row,
  context: Table1Context,
  results: SceneResults,
): SceneArm | undefined {
  const { config, data, options } = context;
  const base = rowArm(row, config, data.tasks);
  if (!base || options.rates.length === 0) return base;
  const plan = planOf(context);
  const quantities = base.tasks.map((task) => primaryIn(plan, task));
  const { train } = data.frames;
  const rate = chosenRate(base, options.rates, config.seeds[0], train, results, quantities);
  return rate === undefined ? undefined : withRate(base, rate);
}

/** The rows that are asked for, as far as the data has what they train. */
function wantedRows(context: Table1Context): readonly Table1Row[] {
  const { config, data, options } = context;
  return planOf(context).rows.filter(
    (row) =>
      (options.rows.length === 0 || options.rows.includes(row.slug)) &&
      rowArm(row, config, data.tasks) !== undefined,
  );
}

/** Folder of a row's runs: with several sizes, below the size. */
const labelOf = ({ slug }: Table1Row, context: Table1Context): string =>
  [sizeName(context), slug].filter((part) => part !== '').join('/');

/** The runs by which each row chooses its rate; none where there is nothing to choose. */
export const candidateRuns = (context: Table1Context): SceneRun[] =>
  wantedRows(context).flatMap((row) => {
    const { config, data, options } = context;
    const base = rowArm(row, config, data.tasks);
    if (!base) return [];
    const label = labelOf(row, context);
    return rateRuns(label, base, options.rates, config.seeds[0], data.frames.train);
  });

/** The runs of the table, of every row whose rate is chosen. */
export const tableRuns = (context: Table1Context, results: SceneResults): SceneRun[] =>
  wantedRows(context).flatMap((row) => {
    const arm = armFor(row, context, results);
    const { seeds } = context.config;
    const measurements = benchmarkMeasurements(context.data);
    return arm ? overSeeds(labelOf(row, context), seeds, arm, measurements) : [];
  });

/** Number of runs of the rows whose rate is not chosen yet. */
export function undecidedRuns(context: Table1Context, results: SceneResults): number {
  const open = wantedRows(context).filter((row) => !armFor(row, context, results));
  return open.length * context.config.seeds.length;
}
