import type { Table, TableCell, TableRow } from '@scene-mtl/eval';
import { measuredCell, metricOf, summariesOf } from '@scene-mtl/lab';
import { kitNamed } from '@scene-mtl/vision-heads';
import type { SceneArm, SceneResults, SceneSummary } from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { columnOf, primaryOfTask } from '../../../scenes/quantities.ts';
import { weightsOf } from '../table1-arms.ts';
import { tinyCityscapes, unlikePaper } from '../unlike-paper.ts';
import { metrics, table1Rows, table1Source, taskNames, type Table1Row } from '../table1-rows.ts';
import { sizeName, type Table1Context } from './options.ts';
import { heldOut } from './rate-choice.ts';
import { armFor } from './runs.ts';

const weightColumns: Table['columns'] = taskNames.map((task) => ({
  ...{ name: task, group: 'Weights', decimals: 3 },
}));

const metricColumns: Table['columns'] = metrics.map(columnOf);

function metricCells(
  values: readonly (readonly number[])[],
  published: Table1Row['published'],
): TableCell[] {
  return metrics.map((metric, i) => {
    const task = metric.split('/')[0];
    return measuredCell(
      values[i],
      metric === primaryOfTask(task).metric ? published[task] : undefined,
    );
  });
}

/** The weight of each task that is trained: in rows with fixed weights, of those that the data has. */
function weightCells(row: Table1Row, { config, data }: Table1Context): TableCell[] {
  const weights = weightsOf(row, config);
  return taskNames.map((task) => {
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
  table1Rows.map((row) => {
    const arm = armFor(row, context, results);
    return { row, arm, runs: arm ? summariesOf(results, context.config.seeds, arm) : [] };
  });

/** Title of the table and of its section. */
export const table1Title = 'Table 1: single tasks, fixed weights and uncertainty weighting';

/** Table 1 at one size, below a predictor that never looks at the image. */
export function table1Table(context: Table1Context, rows: readonly MadeRow[]): Table {
  const size = sizeName(context).replace('x', '×');
  const tuned = context.options.rates.length > 0;
  return {
    title: [table1Title, size].filter((part) => part !== '').join(', '),
    corner: 'Loss',
    columns: [...weightColumns, ...(tuned ? [{ name: 'Learning rate' }] : []), ...metricColumns],
    rows: [trivialRow(context), ...rows.map((made, i) => tableRow(made, i, context))],
    published: table1Source,
    publishedDiffers: unlikePaper(context, tinyCityscapes),
    notes: [...notesOf(context), ...(tuned ? [tuningNote(context)] : [])],
  };
}

function tableRow({ row, arm, runs }: MadeRow, i: number, context: Table1Context): TableRow {
  const tuned = context.options.rates.length > 0;
  const rate = arm ? String(arm.config.training.learningRate) : null;
  // A rule above each kind of weighting, and above the weights that were searched for.
  const first = i === 0 || row.weighting.kind !== table1Rows[i - 1].weighting.kind;
  return {
    header: row.title,
    cells: [
      ...weightCells(row, context),
      ...(tuned ? [rate] : []),
      ...metricCells(
        metrics.map((metric) => metricOf(runs, metric)),
        row.published,
      ),
    ],
    ...((first || i === 3) && { ruleAbove: true }),
  };
}

function trivialRow({ data: { trivial = {} }, options }: Table1Context): TableRow {
  const known = metrics
    .map((metric) => trivial[metric])
    .map((v) => (Number.isFinite(v) ? [v] : []));
  return {
    header: `Trivial: ${taskNames.map((task) => kitNamed(task).constant).join(', ')}`,
    cells: [
      ...weightColumns.map(() => null),
      ...(options.rates.length > 0 ? [null] : []),
      ...metricCells(known, {}),
    ],
    reference: true,
  };
}

const tuningNote = ({ config, data, options }: Table1Context): string =>
  `Each row chose its learning rate among ${options.rates.join(', ')} on ${heldOut(data.frames.train)} training frames held out for it, seed ${config.seeds[0]}, as many steps as the row itself; the row then trained on all.`;
