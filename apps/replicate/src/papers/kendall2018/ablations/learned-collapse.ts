import { lineChart, type Table } from '@scene-mtl/eval';
import {
  measuredCell,
  notRun,
  summariesOf,
  type Claim,
  type Figure,
  type Verdict,
} from '@scene-mtl/lab';
import type { SceneArm, SceneContext, SceneResults, SceneSummary } from '../../../scenes/kind.ts';
import { armOf, learnedWeights } from '../../../scenes/spec.ts';

/** Steps shown: as many as a summary keeps one by one. */
const STEPS = 150;

/** A run that collapses does so within this many; in fewer it may not have come to it. */
const ENOUGH = 100;

/** Largest gradient where the configuration does not clip: losses that are driven up know no end. */
const CLIP = 5;

/**
 * The first steps of a run whose weights w are trained by gradient, `Σ w L`. Only the first: once a w
 * is below 0 its loss is driven up, and what the network does then means nothing.
 */
export function collapseArm(context: SceneContext): SceneArm {
  const { config, data } = context;
  const { training } = config;
  const steps = Math.min(STEPS, training.steps);
  return armOf(
    {
      ...config,
      training: {
        ...training,
        steps,
        scheduleSteps: training.scheduleSteps ?? training.steps,
        clipNorm: training.clipNorm ?? CLIP,
        evalEvery: steps,
        checkpointEvery: steps,
        logEvery: 1,
      },
    },
    { tasks: data.tasks, balance: learnedWeights('learned') },
  );
}

/** How a weight went. */
interface Sinking {
  readonly task: string;
  readonly first: number;
  readonly last: number;
  /** First step whose weight is 0 or less. */
  readonly zeroAt: number | undefined;
}

const sinkingOf = ({ series }: SceneSummary, tasks: readonly string[]): Sinking[] =>
  tasks.flatMap((task) => {
    const points = series[`weight/${task}`] ?? [];
    if (points.length === 0) return [];
    const zeroAt = points.find(([, weight]) => weight <= 0)?.[0];
    return [{ task, first: points[0][1], last: points[points.length - 1][1], zeroAt }];
  });

/** Table, chart and verdict of weights that are learned without a noise model. */
export function collapse(
  context: SceneContext,
  results: SceneResults,
): { readonly table: Table; readonly figures: readonly Figure[]; readonly verdict: Verdict } {
  const { tasks } = context.data;
  const of = collapseArm(context);
  const { seeds } = context.config;
  const summaries = summariesOf(results, seeds, of);
  const each = summaries.map((summary) => sinkingOf(summary, tasks));
  const { steps } = of.config.training;
  return {
    table: {
      title: 'Weights trained by gradient, without a noise model',
      corner: 'Task',
      columns: [
        { name: 'w in the first step', decimals: 3 },
        { name: 'first step with w ≤ 0' },
        { name: `w in step ${steps}`, decimals: 3 },
      ],
      rows: tasks.map((task) => {
        const found = each.flat().filter((sinking) => sinking.task === task);
        if (found.length === 0) return { header: task, cells: [null, null, null] };
        const cells = [
          measuredCell(found.map(({ first }) => first)),
          zerosText(found, steps),
          measuredCell(found.map(({ last }) => last)),
        ];
        return { header: task, cells };
      }),
      notes: [
        `The first ${steps} steps of a run of ${context.config.training.steps}, seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}. The gradient of w is the loss, which is never negative: nothing holds w up, at 0 or anywhere.`,
      ],
    },
    figures: summaries.slice(0, 1).flatMap((summary) => chartOf(summary, tasks)),
    verdict: summaries.length > 0 ? verdictOf(each, tasks, steps) : notRun(claim),
  };
}

const claim: Claim = {
  claim: 'Weights learned directly quickly go to 0',
  source: 'section 3',
};

/** The first steps in which a weight is 0 or less, one for each seed, equal ones once. */
const zerosText = (found: readonly Sinking[], steps: number): string =>
  [
    ...new Set(
      found.map(({ zeroAt }) => (zeroAt === undefined ? `not in ${steps}` : String(zeroAt))),
    ),
  ].join(', ');

/** About single runs, so that one seed can tell; of several each must. */
function verdictOf(
  each: readonly (readonly Sinking[])[],
  tasks: readonly string[],
  steps: number,
): Verdict {
  const all = tasks.length > 0 && each.every((found) => found.length === tasks.length);
  const found = each.flat();
  const sunk = found.every(({ zeroAt }) => zeroAt !== undefined);
  return {
    ...claim,
    judgement:
      all && sunk ? 'reproduced' : all && steps >= ENOUGH ? 'not reproduced' : 'cannot tell',
    evidence:
      found.length === 0
        ? 'the run did not log its weights'
        : `${tasks
            .flatMap((task) => {
              const of = found.filter((sinking) => sinking.task === task);
              if (of.length === 0) return [];
              return [
                of.some(({ zeroAt }) => zeroAt !== undefined)
                  ? `${task}: from ${of[0].first.toFixed(3)} to 0 or less in step ${zerosText(of, steps)}`
                  : `${task}: from ${of[0].first.toFixed(3)} to ${of.map(({ last }) => last.toFixed(3)).join(', ')} in ${steps} steps`,
              ];
            })
            .join(
              '; ',
            )}; ${each.length === 1 ? 'one seed' : `${each.length} seeds`}. They do not stop at 0`,
  };
}

/** Until shortly after the last weight has gone below 0: what follows would hide it. */
function chartOf({ series, spec }: SceneSummary, tasks: readonly string[]): Figure[] {
  const paths = tasks.map((task) => series[`weight/${task}`] ?? []);
  if (paths.every((path) => path.length === 0)) return [];
  const zeros = paths.map((path) => path.find(([, weight]) => weight <= 0)?.[0] ?? Infinity);
  const end = Math.max(10, 1.5 * Math.max(...zeros));
  const figure: Figure = {
    name: 'ablations-learned',
    spec: lineChart({
      title: 'Weights trained by gradient',
      x: { label: 'step' },
      y: { label: 'w' },
      curves: tasks.map((task, i) => ({
        name: task,
        points: paths[i].filter(([step]) => step <= end).map(([x, y]) => ({ x, y })),
      })),
    }),
    caption: `Weights w of Σ w L, trained like the network’s: they fall below 0; seed ${spec.seed}.`,
    description: 'Weight of each task over the first training steps, one falling line per task',
  };
  return [figure];
}
