import { type Judgement, notRun, type Verdict } from '@scene-mtl/lab';
import type { LossForm } from '../log-variance-forms.ts';
import { type Convergence, TOLERANCE } from './convergence.ts';
import { figure6Iterations } from './published.ts';

/** How s of one task went with one seed. */
export interface Course {
  readonly seed: number;
  readonly found: Convergence | undefined;
  /** Steps that the optimiser alone needs from the highest start. */
  readonly predicted: number | undefined;
}

/** The runs of one form at one rate, task by task. */
export interface Setting {
  readonly form: LossForm;
  readonly rate: number;
  /** Starts that were asked for. */
  readonly wanted: readonly number[];
  readonly tasks: readonly { readonly task: string; readonly courses: readonly Course[] }[];
}

/** Of each seed what was found, where it was. */
export const foundIn = (courses: readonly Course[]): Convergence[] =>
  courses.flatMap(({ found }) => found ?? []);

/** All of a setting: every task of every seed. */
const allOf = ({ tasks }: Setting): Course[] => tasks.flatMap(({ courses }) => courses);

/** True where every start of every task and seed was run. */
const complete = (setting: Setting): boolean =>
  setting.tasks.length > 0 &&
  allOf(setting).every(({ found }) => found?.starts.length === setting.wanted.length);

/** True where every run is as long as the claim goes. */
const isLong = (setting: Setting): boolean =>
  allOf(setting).every(({ found }) => (found?.steps ?? 0) >= figure6Iterations);

const seedsOf = (settings: readonly Setting[]): string => {
  const n = new Set(settings.flatMap(allOf).flatMap((c) => (c.found ? [c.seed] : []))).size;
  return n === 1 ? 'one seed' : `${n} seeds`;
};

/** A number of steps for each seed, equal ones once. */
export const stepsText = (steps: readonly (number | undefined)[], end: number): string =>
  [...new Set(steps.map((step) => (step === undefined ? `not in ${end}` : String(step))))].join(
    ', ',
  );

const where = ({ form, rate }: Setting): string => `${form.weighting}, rate ${rate}`;

/**
 * Claims about the course of single runs, each start being one run: a counter-example refutes, and
 * every start, task and seed within the limit supports, whatever the number of seeds.
 */
export function figure6Verdicts(settings: readonly Setting[]): Verdict[] {
  return [...settings.map(speed), sameEnd(settings), ...overshoot(settings)];
}

function speed(setting: Setting): Verdict {
  const claim = {
    claim: `σ² converges within ${figure6Iterations} iterations from any start (${where(setting)})`,
    source: 'appendix B, figure 6',
  };
  if (allOf(setting).every(({ found }) => !found)) return notRun(claim);
  const evidence = setting.tasks.map(({ task, courses }) => {
    const all = foundIn(courses);
    if (all.length === 0) return `${task}: not run`;
    const [{ steps, starts }] = all;
    const took = after(
      all.map(({ settled }) => settled),
      steps,
    );
    const alone = after(
      courses.flatMap(({ found, predicted }) => (found ? [predicted] : [])),
      steps,
    );
    return `${task}: ${took} iterations (the optimiser alone, at the final loss: ${alone}), ${starts.length} starts`;
  });
  const within = allOf(setting).every(
    ({ found }) => found?.settled !== undefined && found.settled <= figure6Iterations,
  );
  const judgement: Judgement =
    !complete(setting) || !isLong(setting)
      ? 'cannot tell'
      : within
        ? 'reproduced'
        : 'not reproduced';
  return {
    ...claim,
    judgement,
    evidence: `${evidence.join('; ')}; within ${TOLERANCE} of the median start and staying there; ${seedsOf([setting])}`,
  };
}

const after = (steps: readonly (number | undefined)[], end: number): string =>
  steps.every((step) => step === undefined) ? `not in ${end}` : `after ${stepsText(steps, end)}`;

function sameEnd(settings: readonly Setting[]): Verdict {
  const claim = {
    claim: 'Every start ends at the same σ² by the end of the plot',
    source: 'section 5.1, figure 6',
  };
  const ends = settings.flatMap((setting) =>
    setting.tasks.map(({ task, courses }) => ({
      name: `${where(setting)}, ${task}`,
      // Of the seeds the one in which the starts end furthest apart.
      spread: Math.max(...foundIn(courses).flatMap((of) => of.at(of.steps)?.spread ?? [])),
    })),
  );
  const known = ends.filter(({ spread }) => Number.isFinite(spread));
  if (known.length === 0) return notRun(claim);
  const apart = known.filter(({ spread }) => spread > 2 * TOLERANCE);
  const all = settings.length > 0 && settings.every(complete);
  const enough = settings.every(isLong);
  const judgement: Judgement =
    !all || !enough ? 'cannot tell' : apart.length === 0 ? 'reproduced' : 'not reproduced';
  return {
    ...claim,
    judgement,
    evidence:
      apart.length === 0
        ? `largest difference of s at the end ${Math.max(...known.map(({ spread }) => spread)).toFixed(2)}; ${seedsOf(settings)}`
        : `${apart.length} of ${known.length} end apart: ${apart.map(({ name, spread }) => `${name} by ${spread.toFixed(2)}`).join('; ')}; ${seedsOf(settings)}`,
  };
}

/**
 * The plot shows a low start rise to 7.2 at iteration 25 before it falls to the others: by momentum,
 * beyond what any loss of the run would hold it at.
 */
function overshoot(settings: readonly Setting[]): Verdict[] {
  const claim = {
    claim: 'From a low start, s of the instance task first overshoots its stationary value',
    source: 'figure 6(b)',
  };
  const about = settings.filter(({ tasks }) => tasks.some(({ task }) => task === 'instance'));
  if (about.length === 0) return [];
  const of = (setting: Setting): readonly Course[] =>
    setting.tasks.find(({ task }) => task === 'instance')?.courses ?? [];
  const cases = about.flatMap((setting) => {
    // The seed in which it rises furthest above what the losses hold it at.
    const rises = foundIn(of(setting)).map((found) => riseOf(found));
    const highest = rises.sort((a, b) => b.peak - b.ceiling - (a.peak - a.ceiling))[0];
    return highest ? [{ setting, ...highest }] : [];
  });
  if (cases.length === 0) return [notRun(claim)];
  const over = cases.filter(({ peak, ceiling }) => peak - ceiling > 5 * TOLERANCE);
  const open = !about.every(complete) || cases.some(({ steps }) => steps < figure6Iterations);
  return [
    {
      ...claim,
      judgement: over.length > 0 ? 'reproduced' : open ? 'cannot tell' : 'not reproduced',
      evidence: `${cases
        .map(
          ({ setting, start, step, peak, ceiling }) =>
            `${where(setting)}, start ${start}: highest s ${peak.toFixed(2)} at ${step}, stationary at most ${ceiling.toFixed(2)}`,
        )
        .join('; ')}; ${seedsOf(settings)}`,
    },
  ];
}

/** How high s comes from the lowest start. */
function riseOf({ starts, paths, ceilings, steps }: Convergence) {
  const lowest = starts.indexOf(Math.min(...starts));
  const [step, peak] = paths[lowest].reduce((a, b) => (b[1] > a[1] ? b : a));
  return { start: starts[lowest], step, peak, ceiling: ceilings[lowest], steps };
}
