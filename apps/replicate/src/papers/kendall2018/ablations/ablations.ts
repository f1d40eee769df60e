import type { Table, TableCell, TableColumn } from '@scene-mtl/eval';
import {
  notRun,
  type Item,
  type ItemContext,
  type Results,
  type Verdict,
} from '../experiment/item.ts';
import { notesOf } from '../experiment/notes.ts';
import { measuredCell, metricOf, overSeeds, recordsOf } from '../experiment/over-seeds.ts';
import type { RunRecord } from '../experiment/record.ts';
import type { TaskName } from '../paper/table1.ts';
import { primaryMetric } from '../train/metrics.ts';
import { ablationRows, type AblationRow } from './ablation-rows.ts';
import { compare, judge } from './comparison.ts';
import { flagWords } from './flag-lists.ts';
import { collapse, collapseTrial } from './learned-collapse.ts';
import { noiseRecovery } from './noise-recovery.ts';
import { noiseRuns } from './noise-trials.ts';
import { pairedTable, type RowRecords } from './paired-table.ts';

/** Flags of `ablations`. */
export interface AblationOptions {
  /** Slugs to run, `learned` and `noise` among them; empty: all. */
  readonly rows: readonly string[];
}

type Context = ItemContext<AblationOptions>;

const slugs = [...ablationRows.map(({ slug }) => slug), 'learned', 'noise'];

const column: Readonly<Record<TaskName, TableColumn>> = {
  semantic: { name: 'Semantic IoU', unit: '%', better: 'higher', decimals: 1 },
  instance: { name: 'Instance mean error', unit: 'px', better: 'lower' },
  depth: { name: 'Inverse depth mean error', unit: 'px', better: 'lower', decimals: 3 },
};

/** Forms of the loss and other weightings on the same tasks, and what the paper says of them. */
export const ablationsItem: Item<AblationOptions> = {
  name: 'ablations',
  title: 'Ablations: forms of the loss, other weightings, noise of known size',
  summary:
    'What the paper asserts without an experiment: the approximation of the softmax likelihood, weights learned directly, noise that is recovered; and other weightings on the same tasks.',
  addFlags: (command) =>
    command.option('--rows <names>', `only these: ${slugs.join(', ')} (default: all)`),
  options: (flags) => ({
    rows: flagWords(flags['rows']).map((slug) => {
      if (slugs.includes(slug)) return slug;
      throw new Error(`--rows ${slug}: expected some of ${slugs.join(', ')}`);
    }),
  }),
  runs(context) {
    const { config, options, data } = context;
    const wanted = (slug: string) => options.rows.length === 0 || options.rows.includes(slug);
    return [
      ...ablationRows
        .filter(({ slug }) => wanted(slug))
        .flatMap((row) => {
          const of = row.trial(context);
          return of ? overSeeds(row.slug, config.seeds, of) : [];
        }),
      ...(wanted('learned') && data.tasks.length > 1
        ? overSeeds('learned', config.seeds.slice(0, 1), collapseTrial(context))
        : []),
      ...(wanted('noise') ? noiseRuns(context) : []),
    ];
  },
  render(context, results) {
    const rows = ablationRows.map((row) => ({ row, records: finished(row, context, results) }));
    const compared = rows.map(({ row, records }) => asTableRow(row, records, context));
    const differences = pairedTable(compared, context.config.seeds);
    const sinking = context.data.tasks.length > 1 ? collapse(context, results) : undefined;
    const noise = noiseRecovery(context, results);
    return {
      lead: `Forms of the loss of Kendall, Gal & Cipolla 2018 and other weightings, on ${context.data.name}.`,
      tables: [
        { name: 'ablations', table: tableOf(context, rows) },
        ...(differences ? [{ name: 'ablations-paired', table: differences }] : []),
        ...(sinking ? [{ name: 'ablations-learned', table: sinking.table }] : []),
        ...(noise ? [{ name: 'ablations-noise', table: noise.table }] : []),
      ],
      figures: [...(sinking?.figures ?? []), ...(noise?.figures ?? [])],
      strips: [],
      verdicts: [
        ...(context.data.tasks.length > 1 ? formVerdicts(compared, context.data.tasks) : []),
        ...(sinking ? [sinking.verdict] : []),
        ...(noise ? [noise.verdict] : []),
      ],
    };
  },
};

interface MadeRow {
  readonly row: AblationRow;
  readonly records: readonly RunRecord[];
}

function finished(row: AblationRow, context: Context, results: Results): RunRecord[] {
  const of = row.trial(context);
  return of ? recordsOf(results, context.config.seeds, of) : [];
}

/** As the comparisons take it: equation 10 is the one that the others are set against. */
const asTableRow = (
  { slug, title }: AblationRow,
  records: readonly RunRecord[],
  { data }: Context,
): RowRecords => ({
  row: {
    slug,
    title: slug === 'uncertainty' ? 'Equation 10' : title,
    tasks: data.tasks,
    weighting: slug === 'uncertainty' ? { kind: 'uncertainty' } : { kind: 'fixed', weights: {} },
    published: {},
  },
  records,
});

function tableOf(context: Context, rows: readonly MadeRow[]): Table {
  const { tasks } = context.data;
  return {
    title: 'Forms of the loss and other weightings',
    corner: 'Loss',
    columns: [
      ...tasks.map((task) => column[task]),
      ...tasks.map((task) => ({ name: task, group: 'Weight at the end', decimals: 3 })),
    ],
    rows: rows.map(({ row, records }) => ({
      header: row.title,
      ...(row.first && { ruleAbove: true }),
      cells: [
        ...tasks.map((task): TableCell => measuredCell(metricOf(records, primaryMetric[task]))),
        ...tasks.map((task): TableCell =>
          measuredCell(records.flatMap((r) => lastWeight(r, task))),
        ),
      ],
    })),
    notes: [
      ...notesOf(context),
      'Weight at the end: the factor of the loss in the total, mean over the last logged interval.',
      'Without the approximation the logits are scaled and the softmax loss counts once: its weight is 1. softmax(1/L): temperature 1, not tuned; dynamic weight average: temperature 2.',
    ],
  };
}

const lastWeight = ({ series }: RunRecord, task: TaskName): number[] => {
  const last = series[`weight/${task}`]?.at(-1);
  return last ? [last[1]] : [];
};

function formVerdicts(rows: readonly RowRecords[], tasks: readonly TaskName[]): Verdict[] {
  const recordsOf = (slug: string) => rows.find(({ row }) => row.slug === slug)?.records ?? [];
  const approximate = recordsOf('uncertainty');
  return [
    judge(
      {
        claim: 'The approximation of the softmax likelihood improves results over the exact one',
        source: 'equation 10',
      },
      compare(approximate, recordsOf('uncertainty-exact'), tasks),
    ),
    staysUp(approximate),
  ];
}

/** A weight has gone to 0 when it ends below a tenth of what it was half way. About single runs. */
function staysUp(records: readonly RunRecord[]): Verdict {
  const claim = {
    claim: 'Under equation 10 no weight goes to 0',
    source: 'section 3',
  };
  if (records.length === 0) return notRun(claim);
  const kept = records.map(({ series, spec }) =>
    spec.tasks.map((task) => {
      const points = series[`weight/${task}`] ?? [];
      const half = points[points.length >> 1]?.[1];
      const last = points.at(-1)?.[1];
      return { task, last, share: (last ?? NaN) / (half ?? NaN) };
    }),
  );
  if (kept.some((run) => run.some(({ share }) => isNaN(share)))) {
    return { ...claim, judgement: 'cannot tell', evidence: 'not every run logged its weights' };
  }
  const holds = kept.every((run) => run.every(({ share }) => share > 0.1));
  return {
    ...claim,
    judgement: holds ? 'reproduced' : 'not reproduced',
    evidence: `${kept[0]
      .map(
        ({ task }, i) =>
          `${task}: ${kept.map((run) => `${run[i].last?.toFixed(3)} at the end, ×${run[i].share.toFixed(2)} of half way`).join('; ')}`,
      )
      .join('; ')} (${kept.length} seed${kept.length === 1 ? '' : 's'})`,
  };
}
