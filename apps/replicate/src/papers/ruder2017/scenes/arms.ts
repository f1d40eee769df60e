import { ENOUGH_SEEDS, overSeeds } from '@scene-mtl/lab';
import type { Config } from '../../../config/schema.ts';
import type { SceneArm, SceneContext, SceneRun } from '../../../scenes/kind.ts';
import { armOf, fixedWeights, learnedWeights } from '../../../scenes/spec.ts';
import { widened } from './widths.ts';

/** Flags of `ruder2017 scenes`. */
export interface ScenesOptions {
  /** Numbers of labelled frames besides all of them; undefined: the usual ones. */
  readonly labelled: readonly number[] | undefined;
  /** Factors of the channels besides 1. */
  readonly widths: readonly number[];
  /** Of each batch, from the frames with all labels, where others have labels too. */
  readonly share: number;
  /** Seeds besides those of the configuration, where the effect is; undefined: {@link moreSeedsOf}. */
  readonly moreSeeds: readonly number[] | undefined;
}

export type Context = SceneContext<ScenesOptions>;

/** What a network learns from, where only some frames have labels of the first task. */
export interface Way {
  readonly slug: string;
  readonly title: string;
  /** All tasks, or the first one alone. */
  readonly together: boolean;
  /** Frames without a label of the first task are seen, with those of the others. */
  readonly others: boolean;
  /** The labels of the others come from other frames. */
  readonly shuffled: boolean;
}

/** The four curves; what separates two of them is one thing each. */
export const ways = {
  alone: {
    ...{ slug: 'alone', title: 'one task', together: false },
    ...{ others: false, shuffled: false },
  },
  together: {
    ...{ slug: 'together', title: 'all tasks, same frames', together: true },
    ...{ others: false, shuffled: false },
  },
  few: {
    ...{ slug: 'few', title: 'all tasks, others labelled everywhere', together: true },
    ...{ others: true, shuffled: false },
  },
  control: {
    ...{ slug: 'control', title: 'control: others’ labels shuffled', together: true },
    ...{ others: true, shuffled: true },
  },
} as const satisfies Readonly<Record<string, Way>>;

/** Usual numbers of labelled frames; those that are more than ¾ of all are as good as all. */
const LADDER = [20, 40, 100, 200, 500, 1000, 2000];
const NEARLY_ALL = 3 / 4;

/** Where labels are few and the target is far from what all of them give: more seeds, and other widths. */
const FOCUS = [40, 100];

/** The task whose labels are few. */
export const targetOf = ({ data }: Pick<Context, 'data'>): string => data.tasks[0];

/** Numbers of labelled frames, the fewest first; the last is all. */
export function countsOf({ data, options }: Pick<Context, 'data' | 'options'>): number[] {
  const all = data.frames.train;
  const counts = options.labelled ?? LADDER.filter((count) => count < NEARLY_ALL * all);
  return [...new Set(counts.filter((count) => count < all)), all].sort((a, b) => a - b);
}

/** Those where the effect is looked for; the fewest where none of the usual ones is there. */
export function focusOf(context: Pick<Context, 'data' | 'options'>): number[] {
  const few = countsOf(context).slice(0, -1);
  const focus = few.filter((count) => FOCUS.includes(count));
  return focus.length > 0 ? focus : few.slice(0, 1);
}

/** Where intervals are wanted at all, two seeds more where the effect is. */
export function moreSeedsOf({ config, options }: Pick<Context, 'config' | 'options'>): number[] {
  const { seeds } = config;
  const last = Math.max(...seeds);
  const usual = seeds.length >= ENOUGH_SEEDS ? [last + 1, last + 2] : [];
  return (options.moreSeeds ?? usual).filter((seed) => !seeds.includes(seed));
}

/** Seeds of the runs with so many labelled frames. */
export const seedsAt = (context: Context, count: number): number[] => [
  ...context.config.seeds,
  ...(focusOf(context).includes(count) ? moreSeedsOf(context) : []),
];

/**
 * The arm of a way with so many labelled frames; undefined where it is another's: with all frames labelled there
 * are no others.
 * @param width factor of the network's channels
 */
export function armFor(context: Context, way: Way, count: number, width = 1): SceneArm | undefined {
  const { data, options } = context;
  const config = widened(context.config, width);
  const isAll = count === data.frames.train;
  if (!config || (isAll && way.others) || (way.together && data.tasks.length < 2)) return undefined;
  const tasks = way.together ? data.tasks : [targetOf(context)];
  const balance = way.together ? learnedWeights() : fixedWeights(tasks, { [tasks[0]]: 1 });
  return armOf(isAll ? config : partlyLabelled(config, context, way, count, options.share), {
    tasks,
    balance,
  });
}

/** Fewer labels of the target; where other frames are not seen, it does not matter what labels they have. */
function partlyLabelled(
  config: Config,
  context: Context,
  { others, shuffled }: Way,
  count: number,
  share: number,
): Config {
  const target = targetOf(context);
  const exchanged = context.data.tasks.slice(1).map((task) => [task, { frames: null, shuffled }]);
  const labels: Config['data']['labels'] = {
    [target]: { frames: count, shuffled: false },
    ...(shuffled && (Object.fromEntries(exchanged) as Config['data']['labels'])),
  };
  return {
    ...config,
    data: { ...config.data, labels },
    training: { ...config.training, labelledShare: others ? share : 1 },
  };
}

/** The runs of some ways with so many labelled frames, way by way. */
export const runsAt = (
  context: Context,
  count: number,
  seeds: readonly number[],
  width = 1,
  some: readonly Way[] = Object.values(ways),
): SceneRun[] =>
  some.flatMap((way) => {
    const arm = armFor(context, way, count, width);
    const label = `${way.slug}-${count}${width === 1 ? '' : `-width-${width}`}`;
    return arm ? overSeeds(label, seeds, arm) : [];
  });
