import type { Table, TableCell, TableRow } from '@scene-mtl/eval';
import { table1, table1Source, type Table1Row, type TaskName } from '../paper/table1.ts';
import { primaryMetric, type Metrics } from '../train/metrics.ts';
import type { RowResult } from '../train/run-row.ts';

/** Results of Table 1: by row and seed, beside the trivial predictor. */
export interface Table1Results {
  readonly trivial: Metrics;
  /** One entry per seed that was run; an empty list shows dashes. */
  readonly rows: Readonly<Record<string, readonly RowResult[]>>;
}

const taskNames: readonly TaskName[] = ['semantic', 'instance', 'depth'];

const columns: Table['columns'] = [
  ...taskNames.map((task) => ({ name: task, group: 'Weights', decimals: 3 })),
  { name: 'Semantic IoU', unit: '%', better: 'higher', decimals: 1 },
  { name: 'Instance mean error', unit: 'px', better: 'lower' },
  { name: 'Instance RMS', unit: 'px', better: 'lower' },
  { name: 'Inverse depth mean error', unit: 'px', better: 'lower', decimals: 3 },
  { name: 'Inverse depth RMS', unit: 'px', better: 'lower', decimals: 3 },
];

const metricColumns = [
  'semantic/iou',
  'instance/meanError',
  'instance/rms',
  'depth/meanError',
  'depth/rms',
] as const;

/** Metrics of all seeds as cells: mean and sample standard deviation. */
function cells(results: readonly Metrics[], published: Table1Row['published']): TableCell[] {
  return metricColumns.map((metric) => {
    const values = results.map((m) => m[metric]).filter((v) => v !== undefined && v !== null);
    const task = metric.split('/')[0] as TaskName;
    const reference = metric === primaryMetric[task] ? published[task] : undefined;
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return {
      value: values.length === 0 ? null : mean,
      n: values.length,
      ...(values.length > 1 && { sd: deviation(values, mean) }),
      ...(reference !== undefined && { published: reference }),
    };
  });
}

function deviation(values: readonly number[], mean: number): number {
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function weightCells({ tasks, weighting }: Table1Row): TableCell[] {
  return taskNames.map((task) => {
    if (!tasks.includes(task)) return null;
    if (weighting.kind === 'uncertainty') return '✓';
    return String(weighting.weights[task] ?? 0);
  });
}

/** Table 1 as data for `toMarkdown` and the others. */
export function table1Table(results: Table1Results, notes: readonly string[]): Table {
  const trivial: TableRow = {
    header: 'Trivial: majority class, mean vector, mean disparity',
    cells: [null, null, null, ...cells([results.trivial], {})],
    reference: true,
  };
  const rows = table1.map((row, i): TableRow => {
    const runs = (results.rows[row.slug] ?? []).map((r) => r.metrics);
    const first = i === 0 || row.weighting.kind !== table1[i - 1].weighting.kind;
    return {
      header: row.title,
      cells: [...weightCells(row), ...cells(runs, row.published)],
      ...((first || i === 3) && { ruleAbove: true }),
    };
  });
  return {
    title: 'Table 1: single tasks, fixed weights and uncertainty weighting',
    corner: 'Loss',
    columns,
    rows: [trivial, ...rows],
    published: table1Source,
    notes,
  };
}
