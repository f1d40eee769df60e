import type { Table, TableCell, TableRow } from '@scene-mtl/eval';
import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import type {
  Artefacts,
  Figure,
  Item,
  ItemContext,
  NamedRun,
  Results,
} from '../experiment/item.ts';
import { notesOf } from '../experiment/notes.ts';
import {
  measuredCell,
  metricOf,
  overSeeds,
  recordsOf,
  type Trial,
} from '../experiment/over-seeds.ts';
import { table1, table1Source, type Table1Row, type TaskName } from '../paper/table1.ts';
import { primaryMetric } from '../train/metrics.ts';
import { benchmarkMeasurements, benchmarkTables } from './benchmark.ts';
import { flagNumbers, flagWords } from './flag-lists.ts';
import { pairedTable } from './paired-table.ts';
import { chosenRate, heldOut, rateRuns } from './rate-choice.ts';
import { rowTrial, weightsOf } from './rows.ts';
import { seriesChart } from './series-chart.ts';
import { table1Verdicts } from './table1-verdicts.ts';

/** Flags of `table1`. */
export interface Table1Options {
  /** Row slugs to run; the others show what is there. */
  readonly rows: readonly string[];
  /** Learning rates among which each row chooses, at an equal budget; empty: the configuration's. */
  readonly rates: readonly number[];
  /** Sizes of the images, px; empty: the configuration's. */
  readonly sizes: readonly Config['size'][];
}

type Context = ItemContext<Table1Options>;

const slugs = table1.map(({ slug }) => slug);
const taskNames: readonly TaskName[] = ['semantic', 'instance', 'depth'];

const metricColumns = [
  'semantic/iou',
  'instance/meanError',
  'instance/rms',
  'depth/meanError',
  'depth/rms',
] as const;

const weightColumns: Table['columns'] = taskNames.map((task) => ({
  ...{ name: task, group: 'Weights', decimals: 3 },
}));

const metricsColumns: Table['columns'] = [
  { name: 'Semantic IoU', unit: '%', better: 'higher', decimals: 1 },
  { name: 'Instance mean error', unit: 'px', better: 'lower' },
  { name: 'Instance RMS', unit: 'px', better: 'lower' },
  { name: 'Inverse depth mean error', unit: 'px', better: 'lower', decimals: 3 },
  { name: 'Inverse depth RMS', unit: 'px', better: 'lower', decimals: 3 },
];

const columns: Table['columns'] = [...weightColumns, ...metricsColumns];

/** Table 1: single tasks, fixed weights, learned weights. */
export const table1Item: Item<Table1Options> = {
  name: 'table1',
  title: 'Table 1: single tasks, fixed weights and uncertainty weighting',
  summary: 'Table 1: three single tasks, fixed weights, uncertainty weighting.',
  addFlags: (command: Command) =>
    command
      .option('--rows <slugs>', `only these rows: ${slugs.join(', ')}`)
      .option(
        '--tune-rates <rates>',
        'each row chooses among these learning rates on training frames held out for it, e.g. 0.01,0.02,0.04',
      )
      .option('--sizes <HxW,...>', 'one table per size, e.g. 128x256,256x512'),
  options: (flags) => ({
    rows: flagWords(flags['rows']).map((slug) => {
      if (slugs.includes(slug)) return slug;
      throw new Error(`--rows ${slug}: no such row; rows are ${slugs.join(', ')}`);
    }),
    rates: flagNumbers(flags['tuneRates'], '--tune-rates', (rate) => rate > 0),
    sizes: flagWords(flags['sizes']).map((text) => {
      const match = /^(\d+)x(\d+)$/.exec(text);
      if (match) return { height: Number(match[1]), width: Number(match[2]) };
      throw new Error(`--sizes ${text}: expected HEIGHTxWIDTH in px, e.g. 128x256`);
    }),
  }),
  runs: (context, results) => variants(context).flatMap((variant) => runsOf(variant, results)),
  undecided: (context, results) =>
    variants(context).reduce((sum, variant) => sum + undecidedRuns(variant, results), 0),
  render(context, results) {
    const parts = variants(context).map((variant) => renderSize(variant, results));
    return {
      lead: `Kendall, Gal & Cipolla 2018, Table 1, on ${context.data.name}.`,
      tables: parts.flatMap(({ tables }) => tables),
      figures: parts.flatMap(({ figures }) => figures),
      strips: [],
      verdicts: parts[0].verdicts,
    };
  },
};

/** The context once per size; the trivial row is known of the configuration's own alone. */
const variants = (context: Context): Context[] => {
  const { config, options, data } = context;
  const { trivial: _, ...known } = data;
  if (options.sizes.length === 0) return [context];
  return options.sizes.map((size) => ({
    ...context,
    config: { ...config, size },
    data: sameSize(size, config.size) ? data : known,
  }));
};

const sameSize = (a: Config['size'], b: Config['size']): boolean =>
  a.height === b.height && a.width === b.width;

/** Folder names of a size's rows: with several sizes, below the size. */
const place = ({ config, options }: Context): string =>
  options.sizes.length > 0 ? `${config.size.height}x${config.size.width}/` : '';

/** The trial of a row under the rate it chose, or undefined while that is open. */
function trialOf(row: Table1Row, context: Context, results: Results): Trial | undefined {
  const { config, data, options } = context;
  const base = rowTrial(row, config, data.tasks);
  if (!base || options.rates.length === 0) return base;
  const rate = chosenRate(base, options.rates, config.seeds[0], data.frames.train, results);
  return rate === undefined ? undefined : withRate(base, rate);
}

const withRate = (base: Trial, learningRate: number): Trial => ({
  ...base,
  config: { ...base.config, training: { ...base.config.training, learningRate } },
});

const wantedRows = ({ options: { rows } }: Context): readonly Table1Row[] =>
  table1.filter(({ slug }) => rows.length === 0 || rows.includes(slug));

/** Runs of the rows whose rate is not chosen yet. */
function undecidedRuns(context: Context, results: Results): number {
  const { config, data } = context;
  const open = wantedRows(context).filter(
    (row) => rowTrial(row, config, data.tasks) && !trialOf(row, context, results),
  );
  return open.length * config.seeds.length;
}

function runsOf(context: Context, results: Results): NamedRun[] {
  const { config, data, options } = context;
  return wantedRows(context).flatMap((row) => {
    const base = rowTrial(row, config, data.tasks);
    if (!base) return [];
    const label = `${place(context)}${row.slug}`;
    const trial = trialOf(row, context, results);
    return [
      ...rateRuns(label, base, options.rates, config.seeds[0], data.frames.train),
      ...(trial ? overSeeds(label, config.seeds, trial, benchmarkMeasurements(data)) : []),
    ];
  });
}

function cells(
  values: readonly (readonly number[])[],
  published: Table1Row['published'],
): TableCell[] {
  return metricColumns.map((metric, i) => {
    const task = metric.split('/')[0] as TaskName;
    return measuredCell(values[i], metric === primaryMetric[task] ? published[task] : undefined);
  });
}

/** The weight of each task that is trained: in rows with fixed weights, of those that the data has. */
function weightCells(row: Table1Row, { config, data }: Context): TableCell[] {
  const weights = weightsOf(row, config);
  return taskNames.map((task) => {
    if (!row.tasks.includes(task)) return null;
    if (!weights) return '✓';
    return data.tasks.includes(task) ? String(weights[task] ?? 0) : null;
  });
}

function renderSize(
  context: Context,
  results: Results,
): Pick<Artefacts, 'tables' | 'figures' | 'verdicts'> {
  const { config, data, options } = context;
  const tuned = options.rates.length > 0;
  const rateCells = (trial: Trial | undefined): TableCell[] =>
    tuned ? [trial ? String(trial.config.training.learningRate) : null] : [];
  const suffix = place(context).replace('/', '');
  const rows = table1.map((row, i) => {
    const trial = trialOf(row, context, results);
    const records = trial ? recordsOf(results, config.seeds, trial) : [];
    const values = metricColumns.map((metric) => metricOf(records, metric));
    const first = i === 0 || row.weighting.kind !== table1[i - 1].weighting.kind;
    const tableRow: TableRow = {
      header: row.title,
      cells: [...weightCells(row, context), ...rateCells(trial), ...cells(values, row.published)],
      ...((first || i === 3) && { ruleAbove: true }),
    };
    return { row, trial, records, tableRow };
  });
  const { trivial = {} } = data;
  const trivialRow: TableRow = {
    header: 'Trivial: majority class, mean vector, mean disparity',
    cells: [
      null,
      null,
      null,
      ...(tuned ? [null] : []),
      ...cells(
        metricColumns.map((metric) => (Number.isFinite(trivial[metric]) ? [trivial[metric]] : [])),
        {},
      ),
    ],
    reference: true,
  };
  const name = suffix === '' ? 'table1' : `table1-${suffix}`;
  const table: Table = {
    title: `${table1Item.title}${suffix === '' ? '' : `, ${suffix.replace('x', '×')}`}`,
    corner: 'Loss',
    columns: tuned ? [...weightColumns, { name: 'Learning rate' }, ...metricsColumns] : columns,
    rows: [trivialRow, ...rows.map(({ tableRow }) => tableRow)],
    published: table1Source,
    notes: [...notesOf(context), ...(tuned ? [tuningNote(context)] : [])],
  };
  const paired = pairedTable(rows, config.seeds);
  return {
    tables: [
      { name, table },
      ...(paired ? [{ name: `${name}-paired`, table: paired }] : []),
      ...benchmarkTables(context, results, rows).map((benchmark) => ({
        ...benchmark,
        name: `${name}-${benchmark.name}`,
      })),
    ],
    figures: curvesOf(rows, suffix),
    verdicts: table1Verdicts(rows, data.tasks),
  };
}

const tuningNote = ({ config, data, options }: Context): string =>
  `Each row chose its learning rate among ${options.rates.join(', ')} on ${heldOut(data.frames.train)} training frames held out for it, seed ${config.seeds[0]}, as many steps as the row itself; the row then trained on all.`;

/** Loss and σ² of each task over training, one line per row that has it. */
function curvesOf(
  rows: readonly { readonly row: Table1Row; readonly records: ReturnType<typeof recordsOf> }[],
  suffix: string,
): Figure[] {
  return taskNames.flatMap((task) =>
    [
      [`loss/${task}`, `Training loss: ${task}`, 'loss'],
      [`sigma2/${task}`, `Learned σ²: ${task}`, 'σ²'],
    ].flatMap(([key, title, label]) => {
      const named = rows.map(({ row, records }) => ({ name: nameOf(row), records }));
      const chart = seriesChart({ title, label, key, lines: named, log: true });
      return chart ? [{ ...chart, name: `${key.replace('/', '-')}${suffix && `-${suffix}`}` }] : [];
    }),
  );
}

const nameOf = (row: Table1Row): string =>
  row.weighting.kind === 'uncertainty' ? `learned: ${row.tasks.join(' + ')}` : row.title;
