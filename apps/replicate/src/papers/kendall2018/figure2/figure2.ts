import { type Table, type TableRow, weightGridChart } from '@scene-mtl/eval';
import {
  type Artefacts,
  type Figure,
  flagNumbers,
  flagWords,
  measuredCell,
  metricOf,
  overSeeds,
  summariesOf,
} from '@scene-mtl/lab';
import type {
  SceneArm,
  SceneContext,
  SceneExperiment,
  SceneResults,
  SceneRun,
  SceneSummary,
} from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { armOf, fixedWeights, learnedWeights } from '../../../scenes/spec.ts';
import { columnOf, primaryOfTask } from '../../../scenes/quantities.ts';
import { learnedArm } from '../table1-arms.ts';
import { tinyCityscapes, unlikePaper } from '../unlike-paper.ts';
import { figure2Source, type WeightGrid, weightGrids } from './published.ts';
import { dominanceVerdict } from './dominance.ts';
import { figure2Verdict, type GridLine } from './verdict.ts';

/** Flags of `figure2`. */
export interface Figure2Options {
  /** Pairs to make, as `<first>-<second>`. */
  readonly pairs: readonly string[];
  /** Learning rates of the grid, so that each weight may have the one it needs. */
  readonly rates: readonly number[];
}

type Context = SceneContext<Figure2Options>;

const nameOf = ({ pair }: WeightGrid): string => pair.join('-');
const names = weightGrids.map(nameOf);

/** Head of a task's column and label of its axis. */
function unitOf(task: string): string {
  const { name, unit } = columnOf(primaryOfTask(task).metric);
  return `${name} (${unit})`;
}

/** Figure 2: fixed weights of two tasks over a grid, beside learned weights. */
export const figure2: SceneExperiment<Figure2Options> = {
  name: 'figure2',
  title: 'Figure 2: fixed weights of two tasks over a grid, and learned weights',
  addFlags: (command) =>
    command
      .option('--pair <names>', `which pairs: ${names.join(', ')} (default: all that the data has)`)
      .option(
        '--rates <rates>',
        'learning rates of the grid, e.g. 0.01,0.02,0.04: the front is the best over all (default: one rate)',
      ),
  options: (flags) => ({
    pairs: flagWords(flags['pair']).map((pair) => {
      if (names.includes(pair)) return pair;
      throw new Error(`--pair ${pair}: expected some of ${names.join(', ')}`);
    }),
    rates: flagNumbers(flags['rates'], '--rates', { above: 0 }),
  }),
  stages: (context) => [gridsOf(context).flatMap((grid) => runsOf(grid, context))],
  show(context, results) {
    const grids = gridsOf(context).map((grid) => renderGrid(grid, context, results));
    return {
      lead: `Kendall, Gal & Cipolla 2018, figure 2, on ${context.data.name}.`,
      tables: grids.flatMap(({ tables }) => tables),
      figures: grids.flatMap(({ figures }) => figures),
      grids: [],
      verdicts: grids.flatMap(({ verdicts }) => verdicts),
    };
  },
};

/** The grids whose tasks the data has, as far as they are asked for. */
const gridsOf = ({ data, options }: Context): WeightGrid[] =>
  weightGrids.filter(
    (grid) =>
      grid.pair.every((task) => data.tasks.includes(task)) &&
      (options.pairs.length === 0 || options.pairs.includes(nameOf(grid))),
  );

const ratesOf = ({ config, options }: Context): readonly number[] =>
  options.rates.length > 0 ? options.rates : [config.training.learningRate];

/** Fixed weights that sum to 1; at either end the other task is not there at all, as in Table 1. */
function gridArm(
  { pair }: WeightGrid,
  weight: number,
  rate: number,
  { config }: Context,
): SceneArm {
  const weights = { [pair[0]]: Number((1 - weight).toFixed(6)), [pair[1]]: weight };
  const tasks = pair.filter((task) => weights[task] > 0);
  const base = armOf(config, { tasks, balance: fixedWeights(tasks, weights) });
  return {
    ...base,
    config: { ...base.config, training: { ...base.config.training, learningRate: rate } },
  };
}

/**
 * Learned weights divided by their sum at every step: like the grid's they sum to 1, so that they do
 * not raise the learning rate besides sharing it out.
 */
const normalisedArm = ({ pair }: WeightGrid, { config }: Context): SceneArm =>
  armOf(config, { tasks: pair, balance: learnedWeights('uncertainty-normalised') });

function runsOf(grid: WeightGrid, context: Context): SceneRun[] {
  const { seeds } = context.config;
  const name = nameOf(grid);
  return [
    ...grid.points.flatMap(({ weight }) =>
      ratesOf(context).flatMap((rate) =>
        overSeeds(
          `${name}/weight-${weight}/rate-${rate}`,
          seeds,
          gridArm(grid, weight, rate, context),
        ),
      ),
    ),
    ...overSeeds(`${name}/learned`, seeds, learnedArm(context.config, grid.pair)),
    ...overSeeds(`${name}/learned-normalised`, seeds, normalisedArm(grid, context)),
  ];
}

function renderGrid(
  grid: WeightGrid,
  context: Context,
  results: SceneResults,
): Pick<Artefacts, 'tables' | 'figures' | 'verdicts'> {
  const { seeds } = context.config;
  const lines: GridLine[] = grid.points.flatMap(({ weight, published }) =>
    ratesOf(context).map((rate) => ({
      weight,
      rate,
      published,
      summaries: summariesOf(results, seeds, gridArm(grid, weight, rate, context)),
    })),
  );
  const learned = summariesOf(results, seeds, learnedArm(context.config, grid.pair));
  const normalised = summariesOf(results, seeds, normalisedArm(grid, context));
  return {
    tables: [
      {
        name: `figure2-${nameOf(grid)}`,
        table: tableOf(grid, lines, learned, normalised, context),
      },
    ],
    figures: chartOf(grid, lines, learned),
    verdicts: [
      figure2Verdict(grid, lines, learned, 'as the paper has them'),
      dominanceVerdict(grid, lines, learned, 'as the paper has them'),
      figure2Verdict(grid, lines, normalised, 'scaled to sum to 1 as the fixed ones do'),
    ],
  };
}

function tableOf(
  grid: WeightGrid,
  lines: readonly GridLine[],
  learned: readonly SceneSummary[],
  normalised: readonly SceneSummary[],
  context: Context,
): Table {
  const several = ratesOf(context).length > 1;
  const results = (summaries: readonly SceneSummary[], published: GridLine['published']) =>
    grid.pair.map((task) =>
      measuredCell(metricOf(summaries, primaryOfTask(task).metric), published[task]),
    );
  const row = (header: string, rest: Partial<TableRow>, cells: TableRow['cells']): TableRow => ({
    header,
    cells,
    ...rest,
  });
  return {
    title: `Figure 2: ${grid.pair.join(' and ')}`,
    corner: `Weights (${grid.pair.join(' : ')})`,
    columns: [
      ...(several ? [{ name: 'Learning rate' }] : []),
      ...grid.pair.map((task) => ({
        name: unitOf(task),
        better: primaryOfTask(task).better,
        decimals: primaryOfTask(task).digits,
      })),
    ],
    rows: [
      ...lines.map(({ weight, rate, published, summaries }) =>
        row(`${Number((1 - weight).toFixed(6))} : ${weight}`, {}, [
          ...(several ? [String(rate)] : []),
          ...results(summaries, published),
        ]),
      ),
      row('learned', { ruleAbove: true }, [
        ...(several ? [String(context.config.training.learningRate)] : []),
        ...results(learned, grid.learned),
      ]),
      row('learned, scaled to sum to 1', {}, [
        ...(several ? [String(context.config.training.learningRate)] : []),
        ...results(normalised, {}),
      ]),
    ],
    published: figure2Source,
    publishedDiffers: unlikePaper(context, tinyCityscapes),
    notes: [
      ...notesOf(context),
      'Fixed weights sum to 1. Learned weights do not, which raises the learning rate as well: the last row takes that away.',
    ],
  };
}

/** The chart of the first rate; a point is the mean over seeds, its bar the standard deviation. */
function chartOf(
  grid: WeightGrid,
  lines: readonly GridLine[],
  learned: readonly SceneSummary[],
): Figure[] {
  const [left, right] = grid.pair;
  const rate = lines[0].rate;
  const points = lines
    .filter((line) => line.rate === rate)
    .map(({ weight, summaries }) => {
      const [a, b] = grid.pair.map((task) =>
        measuredCell(metricOf(summaries, primaryOfTask(task).metric)),
      );
      return {
        weight,
        left: a.value,
        right: b.value,
        ...(a.sd !== undefined && { leftSd: a.sd }),
        ...(b.sd !== undefined && { rightSd: b.sd }),
      };
    });
  // Single tasks are runs of Table 1: without a weighting between them there is no grid to draw.
  const inner = lines.some(
    ({ weight, summaries }) => weight > 0 && weight < 1 && summaries.length > 0,
  );
  if (!inner) return [];
  const [first, second] = grid.pair.map(
    (task) => measuredCell(metricOf(learned, primaryOfTask(task).metric)).value,
  );
  const axis = (task: string) =>
    ({ label: unitOf(task), better: primaryOfTask(task).better }) as const;
  return [
    {
      name: `figure2-${nameOf(grid)}`,
      spec: weightGridChart({
        title: `${left} and ${right}: fixed weights`,
        weightLabel: `${right} weight`,
        left: axis(left),
        right: axis(right),
        points,
        ...(first !== null && second !== null && { learned: { left: first, right: second } }),
      }),
      caption: `Both tasks over the share of the fixed weight that ${right} gets; dotted: learned weights. Means over seeds, a bar for one deviation; a point without a bar is one seed.`,
      description: `${unitOf(left)} and ${unitOf(right)} over the ${right} weight from 0 to 1, with the level of learned weights`,
    },
  ];
}
