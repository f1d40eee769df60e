import { balancerNamed } from '@scene-mtl/core';
import { didYouMean } from '@scene-mtl/data';
import type { TableColumn } from '@scene-mtl/eval';
import type { Quantity } from '@scene-mtl/lab';
import { kitNamed } from '@scene-mtl/vision-heads';
import { quantitiesOfTask, quantityColumn, sceneTasks } from '../../../scenes/own-tasks.ts';
import { columnOf, differenceUnits, primaryOfTask } from '../../../scenes/quantities.ts';
import {
  metrics,
  quantities,
  table1Rows,
  table1Source,
  taskNames,
  type Table1Row,
} from '../table1-rows.ts';
import type { Table1Context } from './options.ts';

/** What Table 1 is of: the paper's tasks, or those of one's own data. */
export interface Table1Plan {
  /** In the order of the columns. */
  readonly tasks: readonly string[];
  readonly rows: readonly Table1Row[];
  /** Those of the columns, each task's together. */
  readonly quantities: readonly Quantity[];
  readonly columns: readonly TableColumn[];
  /** What a predictor that never looks predicts, task by task. */
  readonly constants: readonly string[];
  /** Source of the published numbers beside ours. */
  readonly published?: string;
  /** What stands below a table of differences. */
  readonly units: string;
  /** The paper's claims are judged. */
  readonly claims: boolean;
  readonly notes: readonly string[];
}

/** Most tasks of which every pair is trained without being asked: 6 pairs. */
const MOST_PAIRED = 4;

/**
 * The paper's rows for data with its tasks under their usual names; else the same rows for whatever tasks the
 * data has: each alone, the unweighted sum, learned weights for pairs and for all. Balancing methods that are
 * asked for come last, with all tasks.
 * @throws for a row, pair or method that there is not
 */
export function planOf(context: Table1Context): Table1Plan {
  const { config, data, options } = context;
  const own = data.tasks.filter((task) => !config.data.derive.some((name) => name === task));
  const usual = data.annotations === undefined && own.every((task) => taskNames.includes(task));
  const plan = usual ? paperPlan(context) : ownPlan(context);
  for (const slug of options.rows) {
    const slugs = plan.rows.map((row) => row.slug);
    if (slugs.includes(slug)) continue;
    throw new Error(`--rows ${slug}: no such row; ${didYouMean(slug, slugs)}`);
  }
  return plan;
}

function paperPlan({ data, options }: Table1Context): Table1Plan {
  if (options.pairs !== undefined) {
    throw new Error(`--pairs: the table of the paper's tasks has its pairs already`);
  }
  const tasks = taskNames.filter((task) => data.tasks.includes(task));
  return {
    tasks: taskNames,
    rows: [...table1Rows, ...balancerRows(tasks, options.balancers)],
    quantities,
    columns: metrics.map(columnOf),
    constants: taskNames.map((task) => kitNamed(task).constant),
    published: table1Source,
    units: differenceUnits,
    claims: true,
    notes: [],
  };
}

function ownPlan({ data, options }: Table1Context): Table1Plan {
  const tasks = sceneTasks(data);
  const names = tasks.map(({ name }) => name);
  const compared = tasks.map((task) => quantitiesOfTask(task));
  const pairs = pairsOf(names, options.pairs);
  const left = names.length > MOST_PAIRED && options.pairs === undefined;
  return {
    tasks: names,
    rows: [
      ...tasks.map(({ name, title }) => alone(name, title)),
      ...(names.length > 1 ? [unweighted(names)] : []),
      ...pairs.map((pair) => learned(pair, `: ${pair.join(' + ')}`)),
      ...(names.length > 1 ? [learned(names, '')] : []),
      ...balancerRows(names, options.balancers),
    ],
    quantities: compared.flat(),
    columns: tasks.flatMap((task, t) => compared[t].map((one) => quantityColumn(task, one))),
    constants: tasks.map(({ kit }) => kit.constant),
    units: `Units and directions as in the heads above.`,
    claims: false,
    notes: left
      ? [
          `No pairs: ${names.length} tasks have ${(names.length * (names.length - 1)) / 2}; --pairs all or --pairs a+b,… trains them.`,
        ]
      : [],
  };
}

const alone = (task: string, title: string): Table1Row => ({
  slug: `${task}-only`,
  title: `${title} only`,
  tasks: [task],
  weighting: { kind: 'fixed', weights: { [task]: 1 } },
  published: {},
});

function unweighted(tasks: readonly string[]): Table1Row {
  // To three digits, as the paper's 0.333.
  const weight = Number((1 / tasks.length).toFixed(3));
  return {
    slug: 'equal-weights',
    title: 'Unweighted sum of losses',
    tasks,
    weighting: { kind: 'fixed', weights: Object.fromEntries(tasks.map((task) => [task, weight])) },
    published: {},
  };
}

const learned = (tasks: readonly string[], which: string): Table1Row => ({
  slug: `uncertainty-${tasks.join('-')}`,
  title: `Uncertainty weighting, ${tasks.length} tasks${which}`,
  tasks,
  weighting: { kind: 'uncertainty' },
  published: {},
});

function balancerRows(tasks: readonly string[], names: readonly string[]): Table1Row[] {
  if (names.length > 0 && tasks.length < 2) {
    throw new Error(`--balancer ${names.join(',')}: expected data with two tasks or more`);
  }
  return names.map((asked) => {
    const { name, alias } = balancerNamed(asked);
    const short = alias.length > 0 ? ` (${alias[0]})` : '';
    return {
      slug: `balancer-${name.replaceAll('+', '-')}`,
      title: `Balanced by ${name}${short}, ${tasks.length} tasks`,
      tasks,
      weighting: { kind: 'balancer', name },
      published: {},
    };
  });
}

/**
 * Pairs of the tasks, in their order; of two tasks the pair is all there is.
 * @throws naming what is no pair of these tasks
 */
function pairsOf(tasks: readonly string[], asked: readonly string[] | undefined): string[][] {
  const all = tasks.flatMap((a, i) => tasks.slice(i + 1).map((b) => [a, b]));
  const few = tasks.length <= MOST_PAIRED;
  const words = asked ?? [few ? 'all' : 'none'];
  const isPair = (word: string, [a, b]: readonly string[]) =>
    word === `${a}+${b}` || word === `${b}+${a}`;
  for (const word of words) {
    if (word === 'all' || word === 'none' || all.some((pair) => isPair(word, pair))) continue;
    throw new Error(
      `--pairs ${word}: expected all, none or two tasks as a+b; tasks are ${tasks.join(', ')}`,
    );
  }
  if (tasks.length < 3) return [];
  return all.filter((pair) => words.includes('all') || words.some((word) => isPair(word, pair)));
}

/** What stands for a task in this table. */
export const primaryIn = (plan: Pick<Table1Plan, 'quantities'>, task: string): Quantity =>
  plan.quantities.find((one) => one.task === task && one.primary) ?? primaryOfTask(task);
