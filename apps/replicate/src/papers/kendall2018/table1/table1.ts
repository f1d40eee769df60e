import {
  deltaMTable,
  pairedTable,
  seriesChart,
  type Artefacts,
  type ComparedArm,
  type Figure,
  type NamedTable,
} from '@scene-mtl/lab';
import type { SceneExperiment, SceneResults } from '../../../scenes/kind.ts';
import { mostLearned } from '../table1-arms.ts';
import { benchmarkTables } from './camvid-test-split.ts';
import {
  addTable1Flags,
  sizeName,
  table1Options,
  variantsOf,
  type Table1Context,
  type Table1Options,
} from './options.ts';
import { planOf } from './plan.ts';
import { candidateRuns, tableRuns, undecidedRuns } from './runs.ts';
import { stillFallingTable } from './still-falling.ts';
import { madeRows, table1Table, table1Title, type MadeRow } from './table.ts';
import { table1Verdicts } from './verdicts.ts';

/** Table 1: single tasks, fixed weights, learned weights. */
export const table1: SceneExperiment<Table1Options> = {
  name: 'table1',
  title: table1Title,
  addFlags: addTable1Flags,
  options: table1Options,
  *stages(context, results) {
    const variants = variantsOf(context);
    yield variants.flatMap(candidateRuns);
    yield variants.flatMap((variant) => tableRuns(variant, results));
  },
  undecided: (context, results) =>
    variantsOf(context).reduce((sum, variant) => sum + undecidedRuns(variant, results), 0),
  show(context, results) {
    const parts = variantsOf(context).map((variant) => showSize(variant, results));
    return {
      lead: `Kendall, Gal & Cipolla 2018, Table 1, on ${context.data.name}.`,
      tables: parts.flatMap(({ tables }) => tables),
      figures: parts.flatMap(({ figures }) => figures),
      grids: [],
      verdicts: parts[0].verdicts,
    };
  },
};

/** What one size gives: its table, what is derived from it, the curves and the verdicts. */
function showSize(
  context: Table1Context,
  results: SceneResults,
): Pick<Artefacts, 'tables' | 'figures' | 'verdicts'> {
  const { config, data } = context;
  const plan = planOf(context);
  const { quantities } = plan;
  const rows = madeRows(context, results);
  const arms = rows.map(comparedArm);
  const name = ['table1', sizeName(context)].filter((part) => part !== '').join('-');
  const paired = pairedTable({
    arm: mostLearned(rows, arms),
    others: arms,
    ...{ quantities, seeds: config.seeds, units: plan.units },
  });
  const deltaM = deltaMTable({
    arms,
    tasks: plan.claims ? data.tasks : plan.tasks,
    quantities,
    data: { dataset: data.name, split: 'val' },
  });
  return {
    tables: [
      { name, table: table1Table(context, rows) },
      ...namedTable(`${name}-paired`, paired),
      ...namedTable(`${name}-delta-m`, deltaM),
      ...namedTable(`${name}-still-falling`, stillFallingTable(rows, plan.tasks)),
      ...benchmarkTables(context, results, rows).map((benchmark) => ({
        ...benchmark,
        name: `${name}-${benchmark.name}`,
      })),
    ],
    figures: plan.tasks.flatMap((task) => [
      ...curves(rows, `loss/${task}`, `Training loss: ${task}`, 'loss', context),
      ...curves(rows, `sigma2/${task}`, `Learned σ²: ${task}`, 'σ²', context),
    ]),
    verdicts: plan.claims ? table1Verdicts(arms, data.tasks) : [],
  };
}

/** A row as others are set against it. */
const comparedArm = ({ row, runs }: MadeRow): ComparedArm => ({
  ...{ slug: row.slug, title: row.title, tasks: row.tasks, runs },
});

const namedTable = (name: string, table: NamedTable['table'] | undefined): NamedTable[] =>
  table ? [{ name, table }] : [];

/** A logged quantity over training, one line per row that has it; none where no row has. */
function curves(
  rows: readonly MadeRow[],
  key: string,
  title: string,
  label: string,
  context: Table1Context,
): Figure[] {
  const lines = rows.map(({ row, runs }) => ({
    name: row.weighting.kind === 'uncertainty' ? `learned: ${row.tasks.join(' + ')}` : row.title,
    runs,
  }));
  const chart = seriesChart({ title, label, key, lines, log: true });
  const name = [key.replace('/', '-'), sizeName(context)].filter((part) => part !== '').join('-');
  return chart ? [{ ...chart, name }] : [];
}
