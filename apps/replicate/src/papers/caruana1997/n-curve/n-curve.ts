import { bandOverSeeds, bootstrapStatistic, lineChart, type Table } from '@scene-mtl/eval';
import {
  compare,
  ENOUGH_SEEDS,
  judge,
  measuredCell,
  metricOf,
  notRun,
  overSeeds,
  type ComparedArm,
  type Experiment,
  type Verdict,
} from '@scene-mtl/lab';
import { ran } from '../../../numbers/arm.ts';
import { changeOf, changeText, rmsOf } from '../../../numbers/changes.ts';
import type { Numbers } from '../../../numbers/kind.ts';
import { trialFlags, type Trials } from '../../../numbers/trials.ts';
import roads, { roadArm, TASKS } from '../road.ts';
import { examplesFor } from './equivalent.ts';

/** Training examples. */
const COUNTS = [50, 100, 200, 400, 800];
/** At which the networks are compared: the curve of one task reaches far enough beyond. */
const AT = [100, 200];
const steering = rmsOf('steering');
const source = 'Caruana 1997, figure 8';

const armsOf = (options: Trials) =>
  COUNTS.map((train) => ({
    single: roadArm(
      ...([options, { slug: `single-${train}`, title: `alone, ${train}` }] as const),
      ...([['steering'], { train }] as const),
    ),
    multi: roadArm(options, { slug: `multi-${train}`, title: `all, ${train}` }, TASKS, { train }),
  }));

/** How many more examples a network of one task needs to steer as well as one of nine. */
export const nCurve: Experiment<Trials, Numbers> = {
  name: 'n-curve',
  command: 'caruana1997 n-curve',
  title: '1-D ALVINN: what the extra tasks are worth in examples',
  program: roads,
  ...trialFlags(10),
  *stages({ options }) {
    yield armsOf(options).flatMap(({ single, multi }) =>
      [single, multi].flatMap(({ slug, spec }) => overSeeds(slug, options.seeds, spec)),
    );
  },
  show({ options }, results) {
    const { seeds } = options;
    const made = armsOf(options).map(({ single, multi }) => ({
      single: ran(single, results, seeds),
      multi: ran(multi, results, seeds),
    }));
    const lead =
      'Steering alone and with eight extra tasks, 16 hidden units each, over the number of roads to learn from. Steps and batches are the same for all numbers of roads.';
    const errors = ({ runs }: ComparedArm) => metricOf(runs, steering.metric);
    const worth = AT.map((n) => worthAt(COUNTS.indexOf(n), made, seeds));
    const table: Table = {
      title: 'Error of steering over the number of examples',
      corner: 'Examples',
      columns: [
        { name: 'alone', decimals: 4 },
        { name: 'all tasks', decimals: 4 },
        { name: 'change, %', kind: 'text' },
        { name: 'examples that it needs alone', kind: 'text' },
      ],
      rows: made.map(({ single, multi }, k) => ({
        header: `${COUNTS[k]}`,
        cells: [
          measuredCell(errors(single)),
          measuredCell(errors(multi)),
          changeText(changeOf(multi.runs, single.runs, steering)),
          AT.includes(COUNTS[k]) ? (worth[AT.indexOf(COUNTS[k])]?.text ?? null) : null,
        ],
      })),
      notes: [
        lead,
        `Examples needed alone: where the mean curve of steering alone, straight between its points in logarithms, comes down to the error of all tasks; 95 % bootstrap interval over seeds.`,
      ],
    };
    const curve = (name: string, of: 'single' | 'multi') =>
      bandOverSeeds(
        name,
        seeds.map((_, i) =>
          made.flatMap((arm, k) => {
            const y = errors(arm[of])[i];
            return y === undefined ? [] : [{ x: COUNTS[k], y }];
          }),
        ),
      );
    const curves = [curve('steering alone', 'single'), curve('all nine tasks', 'multi')];
    return {
      lead,
      grids: [],
      tables: [{ name: 'n-curve', table }],
      figures: curves.some(({ points }) => points.length < 2)
        ? []
        : [
            {
              name: 'n-curve',
              spec: lineChart({
                title: 'Error of steering over the number of examples',
                x: { label: 'roads to learn from', log: true },
                y: { label: 'RMSE of steering (widths of the picture)' },
                curves,
              }),
              caption:
                'Error of steering over the number of examples, mean and range over seeds. The horizontal distance between the lines is what the extra tasks are worth.',
              description:
                'Error of steering over the number of examples, alone and with all tasks',
            },
          ],
      verdicts: [
        judge(
          {
            claim: 'With 100 to 400 examples all tasks together steer better than steering alone',
            source,
          },
          made
            .slice(1, 4)
            .flatMap(({ single, multi }) => compare(multi.runs, single.runs, [steering])),
        ),
        moreData(worth),
      ],
    };
  },
};

/** How many times the examples the network of one task needs, with a 95 % interval over seeds. */
interface Worth {
  readonly factor: number;
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly n: number;
  readonly text: string;
}

function worthAt(
  k: number,
  made: readonly { readonly single: ComparedArm; readonly multi: ComparedArm }[],
  seeds: readonly number[],
): Worth | undefined {
  const bySeed = (arm: ComparedArm) =>
    seeds.map(
      (seed) =>
        metricOf(
          arm.runs.filter(({ spec }) => spec.seed === seed),
          steering.metric,
        )[0],
    );
  const single = made.map((arm) => bySeed(arm.single));
  const multi = bySeed(made[k].multi);
  if ([...single, multi].some((of) => of.some((error) => error === undefined))) return undefined;
  const mean = (of: readonly number[], drawn: ArrayLike<number>) =>
    Array.from(drawn).reduce((sum, i) => sum + of[i], 0) / drawn.length;
  const needed = (drawn: ArrayLike<number>): number =>
    examplesFor(
      mean(multi, drawn),
      single.map((of, i) => ({ n: COUNTS[i], error: mean(of, drawn) })),
    ) / COUNTS[k];
  const factor = needed(seeds.map((_, i) => i));
  // Where the curve does not reach, the last point is a lower bound that a quantile can be taken of.
  const bounded = (drawn: Int32Array) => Math.min(needed(drawn), (COUNTS.at(-1) ?? 0) / COUNTS[k]);
  const interval = seeds.length > 1 ? bootstrapStatistic(seeds.length, bounded) : undefined;
  const count = (x: number) =>
    Number.isFinite(x) ? `${Math.round(x * COUNTS[k])}` : `more than ${COUNTS.at(-1)}`;
  const edges = interval ? ` (${interval.map(count).join(' … ')})` : '';
  return { factor, interval, n: seeds.length, text: count(factor) + edges };
}

function moreData(worth: readonly (Worth | undefined)[]): Verdict {
  const claim = {
    claim:
      'Steering alone needs more examples for the same error (in the paper half as many again)',
    source,
  };
  const found = worth.flatMap((one, k) => (one ? [{ ...one, at: AT[k] }] : []));
  if (found.length < AT.length) return notRun(claim);
  const times = (x: number, at: number) => {
    const most = (COUNTS.at(-1) ?? 0) / at;
    return x < most ? x.toFixed(2) : `more than ${most}`;
  };
  const evidence = found
    .map(({ at, factor, interval, n }) => {
      const edges = interval?.map((edge) => times(edge, at)).join(' … ') ?? 'unknown';
      return `${times(factor, at)} times as many as ${at} (95 % interval ${edges}, ${n} seeds)`;
    })
    .join('; ');
  const enough = found.every(({ n }) => n >= ENOUGH_SEEDS);
  const more = found.every(({ interval }) => interval && interval[0] > 1);
  const fewer = found.some(({ interval }) => interval && interval[1] < 1);
  const judgement = !enough
    ? 'cannot tell'
    : more
      ? 'reproduced'
      : fewer
        ? 'not reproduced'
        : 'cannot tell';
  return { ...claim, judgement, evidence };
}
