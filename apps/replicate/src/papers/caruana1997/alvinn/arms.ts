import type { NumbersArm } from '../../../numbers/arm.ts';
import type { Trials } from '../../../numbers/trials.ts';
import { CONFIG, roadArm, TASKS, type RoadTask } from '../road.ts';
import { SIZES } from './published.ts';

/** Networks of one task: `single.steering[2]` has the third of {@link SIZES}. */
export type Singles = Readonly<Record<RoadTask, readonly NumbersArm[]>>;

/** Everything that is trained. */
export interface AlvinnArms {
  readonly single: Singles;
  readonly multi: NumbersArm;
  /** What must not help steering. */
  readonly controls: readonly NumbersArm[];
  /** Steering alone with more hidden units or a larger rate: whether the extra tasks do what these do. */
  readonly tuned: readonly NumbersArm[];
}

/** Hidden units beyond those of the paper. */
const WIDER = [32, 64];
/** Factors of the rate, with 16 hidden units; at three times it diverges. */
const FASTER = [2];

/** Parameters behind the first two. */
type Tail<F extends (...all: never) => unknown> =
  Parameters<F> extends [unknown, unknown, ...infer R] ? R : never;

const extra = TASKS.slice(1);

/** Eight other outputs in place of the extra tasks. */
const inPlace = (as: 'shuffled' | 'noise', of: readonly string[] = extra) =>
  Object.fromEntries(of.map((task) => [`${task}-${as}`, { of: task, as }]));
const copies = Object.fromEntries(
  extra.map((_, i) => [`steering-${i + 1}`, { of: 'steering', as: 'copy' as const }]),
);

export function armsOf(options: Trials): AlvinnArms {
  const arm = (slug: string, title: string, ...rest: Tail<typeof roadArm>) =>
    roadArm(options, { slug, title }, ...rest);
  const single = Object.fromEntries(
    TASKS.map((task) => [
      task,
      SIZES.map((n) => arm(`${task}-${n}`, `${task} alone, ${n} hidden`, [task], { hidden: [n] })),
    ]),
  ) as unknown as Singles;
  const control = (
    slug: string,
    title: string,
    labels: ReturnType<typeof inPlace> | typeof copies,
  ) => arm(slug, title, ['steering', ...Object.keys(labels)], { labels });
  const off = Object.fromEntries(extra.map((task) => [task, 0]));
  return {
    single,
    multi: arm('multi', 'all tasks, 16 hidden', TASKS),
    controls: [
      control('shuffled', 'extra labels shuffled', inPlace('shuffled')),
      control('noise', 'noise in place of the extra labels', inPlace('noise')),
      control('copies', 'eight copies of steering', copies),
      arm('off', 'all tasks, extra ones weigh 0', TASKS, {}, off),
    ],
    tuned: [
      ...WIDER.map((n) =>
        arm(`steering-${n}`, `steering alone, ${n} hidden`, ['steering'], { hidden: [n] }),
      ),
      ...FASTER.map((times) =>
        arm(`steering-rate-${times}`, `steering alone, ${times} times the rate`, ['steering'], {
          learningRate: times * CONFIG.learningRate,
        }),
      ),
    ],
  };
}
