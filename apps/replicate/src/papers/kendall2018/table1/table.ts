import type { Table, TableCell, TableRow } from '@scene-mtl/eval';
import { measuredCell, metricOf, summariesOf } from '@scene-mtl/lab';
import type { SceneArm, SceneResults, SceneSummary } from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { weightsOf } from '../table1-arms.ts';
import { tinyCityscapes, unlikePaper } from '../unlike-paper.ts';
import type { Table1Row } from '../table1-rows.ts';
import { sizeName, type Table1Context } from './options.ts';
import { planOf, type Table1Plan } from './plan.ts';
import { heldOut } from './rate-choice.ts';
import { armFor } from './runs.ts';

const weightColumns = ({ tasks }: Table1Plan): Table['columns'] =>
  tasks.map((task) => ({ ...{ name: task, group: 'Weights', decimals: 3 } }));

function metricCells(
  { quantities }: Table1Plan,
  values: readonly (readonly number[])[],
  published: Table1Row['published'],
): TableCell[] {
  return quantities.map(({ task, primary }, i) =>
    measuredCell(values[i], primary ? published[task] : undefined),
  );
}

/** The weight of each task that is trained: in rows with fixed weights, of those that the data has. */
function weightCells(
  { tasks }: Table1Plan,
  row: Table1Row,
  { config, data }: Table1Context,
): TableCell[] {
  const weights = weightsOf(row, config);
  return tasks.map((task) => {
    if (!row.tasks.includes(task)) return null;
    if (!weights) return '✓';
    return data.tasks.includes(task) ? String(weights[task] ?? 0) : null;
  });
}

/** A row of Table 1 with the arm that makes it, where the data can, and its finished runs. */
export interface MadeRow {
  readonly row: Table1Row;
  readonly arm: SceneArm | undefined;
  readonly runs: readonly SceneSummary[];
}

/** The rows with what was made of them. */
export const madeRows = (context: Table1Context, results: SceneResults): MadeRow[] =>
  planOf(context).rows.map((row) => {
    const arm = armFor(row, context, results);
    return { row, arm, runs: arm ? summariesOf(results, context.config.seeds, arm) : [] };
  });

/** Title of the table and of its section. */
export const table1Title = 'Table 1: single tasks, fixed weights and uncertainty weighting';

/** Table 1 at one size, below a predictor that never looks at the image. */
export function table1Table(context: Table1Context, rows: readonly MadeRow[]): Table {
  const size = sizeName(context).replace('x', '×');
  const tuned = context.options.rates.length > 0;
  const plan = planOf(context);
  return {
    title: [table1Title, size].filter((part) => part !== '').join(', '),
    corner: 'Loss',
    columns: [
      ...weightColumns(plan),
      ...(tuned ? [{ name: 'Learning rate' }] : []),
      ...plan.columns,
    ],
    rows: [trivialRow(plan, context), ...rows.map((_, i) => tableRow(plan, rows, i, context))],
    ...(plan.published !== undefined && {
      published: plan.published,
      publishedDiffers: unlikePaper(context, tinyCityscapes),
    }),
    notes: [...notesOf(context), ...plan.notes, ...(tuned ? [tuningNote(context)] : [])],
  };
}

function tableRow(
  plan: Table1Plan,
  rows: readonly MadeRow[],
  i: number,
  context: Table1Context,
): TableRow {
  const { row, arm, runs } = rows[i];
  const tuned = context.options.rates.length > 0;
  const rate = arm ? String(arm.config.training.learningRate) : null;
  // A rule above each kind of weighting, and above the weights that were searched for.
  const before = rows[i - 1]?.row;
  const first =
    before === undefined ||
    row.weighting.kind !== before.weighting.kind ||
    (before.tasks.length === 1 && row.tasks.length > 1);
  return {
    header: row.title,
    cells: [
      ...weightCells(plan, row, context),
      ...(tuned ? [rate] : []),
      ...metricCells(
        plan,
        plan.quantities.map(({ metric }) => metricOf(runs, metric)),
        row.published,
      ),
    ],
    ...(first && { ruleAbove: true }),
  };
}

function trivialRow(
  plan: Table1Plan,
  { data: { trivial = {} }, options }: Table1Context,
): TableRow {
  const known = plan.quantities
    .map(({ metric }) => trivial[metric])
    .map((v) => (Number.isFinite(v) ? [v] : []));
  return {
    header: `Trivial: ${plan.constants.join(', ')}`,
    cells: [
      ...plan.tasks.map(() => null),
      ...(options.rates.length > 0 ? [null] : []),
      ...metricCells(plan, known, {}),
    ],
    reference: true,
  };
}

const tuningNote = ({ config, data, options }: Table1Context): string =>
  `Each row chose its learning rate among ${options.rates.join(', ')} on ${heldOut(data.frames.train)} training frames held out for it, seed ${config.seeds[0]}, as many steps as the row itself; the row then trained on all.`;
