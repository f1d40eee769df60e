import { overSeeds } from '@scene-mtl/lab';
import { kits, type KnownHint } from '@scene-mtl/vision-heads';
import type { Config } from '../../../config/schema.ts';
import type { SceneArm, SceneContext, SceneRun } from '../../../scenes/kind.ts';
import { armOf, fixedWeights } from '../../../scenes/spec.ts';

/** Flags of `abu-mostafa1990 scene-hints`. */
export interface SceneHintsOptions {
  /** Frames with labels of the task; undefined: 40, or half of all where that is nearly all. */
  readonly labelled: number | undefined;
  /** Of each batch, from the frames with labels, where a hint is learned from the others too. */
  readonly share: number;
  /** Factors of the weights that the hints say of themselves. */
  readonly doses: readonly number[];
  /** Undefined: all tasks that know hints. */
  readonly tasks: readonly string[] | undefined;
}

export type Context = SceneContext<SceneHintsOptions>;

/** A hint of a task. */
export interface NamedHint extends KnownHint {
  readonly name: string;
}

/** What is known of a task, true or not. */
export const hintsOf = (task: string): NamedHint[] =>
  Object.entries(kits.find(({ name }) => name === task)?.hints ?? {}).map(([name, hint]) => ({
    ...hint,
    name,
  }));

/** The tasks that hints are tried on. */
export const tasksOf = ({ data, options }: Pick<Context, 'data' | 'options'>): string[] =>
  (options.tasks ?? data.tasks).filter((task) => hintsOf(task).length > 0);

const USUAL = 40;
const NEARLY_ALL = 3 / 4;

/** So many frames have labels of the task. */
export function fewOf({ data, options }: Pick<Context, 'data' | 'options'>): number {
  const all = data.frames.train;
  return options.labelled ?? (USUAL < NEARLY_ALL * all ? USUAL : Math.floor(all / 2));
}

/** The task alone, from the frames with labels: what there is without hints. */
export const plainArm = (context: Context, task: string): SceneArm =>
  armOf(fewLabelled(context, task, 1, {}), {
    tasks: [task],
    balance: fixedWeights([task], { [task]: 1 }),
  });

/** The same with a hint, learned from all frames. */
export function hintArm(
  context: Context,
  task: string,
  { name, weight }: NamedHint,
  dose: number,
): SceneArm {
  const learned = fewLabelled(context, task, context.options.share, { [name]: dose * weight });
  const objective = `${name}-${task}`;
  return armOf(learned, {
    tasks: [task],
    balance: fixedWeights([task, objective], { [task]: 1, [objective]: 1 }),
  });
}

function fewLabelled(
  context: Context,
  task: string,
  labelledShare: number,
  hints: Config['training']['hints'],
): Config {
  const { config } = context;
  return {
    ...config,
    data: { ...config.data, labels: { [task]: { frames: fewOf(context), shuffled: false } } },
    training: { ...config.training, labelledShare, hints },
  };
}

/** All runs of a task. */
export const runsOf = (context: Context, task: string): SceneRun[] => {
  const { seeds } = context.config;
  return [
    ...overSeeds(`${task}-none`, seeds, plainArm(context, task)),
    ...hintsOf(task).flatMap((hint) =>
      context.options.doses.flatMap((dose) =>
        overSeeds(
          `${task}-${hint.name}${dose === 1 ? '' : `-dose-${dose}`}`,
          seeds,
          hintArm(context, task, hint, dose),
        ),
      ),
    ),
  ];
};
