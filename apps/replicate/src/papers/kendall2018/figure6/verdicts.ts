import { type Judgement, notRun, type Verdict } from '@scene-mtl/lab';
import type { LossForm } from '../log-variance-forms.ts';
import { type Convergence, TOLERANCE } from './convergence.ts';
import { figure6Iterations } from './published.ts';

/** The runs of one form at one rate, task by task. */
export interface Setting {
  readonly form: LossForm;
  readonly rate: number;
  /** Starts that were asked for. */
  readonly wanted: readonly number[];
  readonly tasks: readonly {
    readonly task: string;
    readonly found: Convergence | undefined;
    /** Steps that the optimiser alone needs from the highest start. */
    readonly predicted: number | undefined;
  }[];
}

/** True where every start of every task was run. */
const complete = ({ tasks, wanted }: Setting): boolean =>
  tasks.length > 0 && tasks.every(({ found }) => found?.starts.length === wanted.length);

const where = ({ form, rate }: Setting): string => `${form.weighting}, rate ${rate}`;

/**
 * Claims about the course of single runs, each start being one run: a counter-example refutes, and
 * every start and task within the limit supports, whatever the number of seeds.
 */
export function figure6Verdicts(settings: readonly Setting[]): Verdict[] {
  return [...settings.map(speed), sameEnd(settings), ...overshoot(settings)];
}

function speed(setting: Setting): Verdict {
  const claim = {
    claim: `σ² converges within ${figure6Iterations} iterations from any start (${where(setting)})`,
    source: 'appendix B, figure 6',
  };
  if (setting.tasks.every(({ found }) => !found)) return notRun(claim);
  const evidence = setting.tasks.map(({ task, found, predicted }) => {
    if (!found) return `${task}: not run`;
    const took = found.settled === undefined ? `not in ${found.steps}` : `after ${found.settled}`;
    const alone = predicted === undefined ? `not in ${found.steps}` : `after ${predicted}`;
    return `${task}: ${took} iterations (the optimiser alone, at the final loss: ${alone}), ${found.starts.length} starts`;
  });
  const long = setting.tasks.every(({ found }) => (found?.steps ?? 0) >= figure6Iterations);
  const within = setting.tasks.every(
    ({ found }) => found?.settled !== undefined && found.settled <= figure6Iterations,
  );
  const judgement: Judgement =
    !complete(setting) || !long ? 'cannot tell' : within ? 'reproduced' : 'not reproduced';
  return {
    ...claim,
    judgement,
    evidence: `${evidence.join('; ')}; within ${TOLERANCE} of the median start and staying there; one seed`,
  };
}

function sameEnd(settings: readonly Setting[]): Verdict {
  const claim = {
    claim: 'Every start ends at the same σ² by the end of the plot',
    source: 'section 5.1, figure 6',
  };
  const ends = settings.flatMap((setting) =>
    setting.tasks.map(({ task, found }) => ({
      name: `${where(setting)}, ${task}`,
      spread: found?.at(found.steps)?.spread,
    })),
  );
  const known = ends.filter(({ spread }) => spread !== undefined) as {
    name: string;
    spread: number;
  }[];
  if (known.length === 0) return notRun(claim);
  const apart = known.filter(({ spread }) => spread > 2 * TOLERANCE);
  const all = settings.length > 0 && settings.every(complete);
  const enough = settings.every(({ tasks }) =>
    tasks.every(({ found }) => (found?.steps ?? 0) >= figure6Iterations),
  );
  const judgement: Judgement =
    !all || !enough ? 'cannot tell' : apart.length === 0 ? 'reproduced' : 'not reproduced';
  return {
    ...claim,
    judgement,
    evidence:
      apart.length === 0
        ? `largest difference of s at the end ${Math.max(...known.map(({ spread }) => spread)).toFixed(2)}; one seed`
        : `${apart.length} of ${known.length} end apart: ${apart.map(({ name, spread }) => `${name} by ${spread.toFixed(2)}`).join('; ')}; one seed`,
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
  const cases = about.flatMap((setting) => {
    const found = setting.tasks.find(({ task }) => task === 'instance')?.found;
    if (!found) return [];
    const lowest = found.starts.indexOf(Math.min(...found.starts));
    const [step, peak] = found.paths[lowest].reduce((a, b) => (b[1] > a[1] ? b : a));
    const ceiling = found.ceilings[lowest];
    const { steps } = found;
    return [{ setting, start: found.starts[lowest], step, peak, ceiling, steps }];
  });
  if (cases.length === 0) return [notRun(claim)];
  const over = cases.filter(({ peak, ceiling }) => peak - ceiling > 5 * TOLERANCE);
  const open = cases.length < about.length || cases.some(({ steps }) => steps < figure6Iterations);
  return [
    {
      ...claim,
      judgement: over.length > 0 ? 'reproduced' : open ? 'cannot tell' : 'not reproduced',
      evidence: `${cases
        .map(
          ({ setting, start, step, peak, ceiling }) =>
            `${where(setting)}, start ${start}: highest s ${peak.toFixed(2)} at ${step}, stationary at most ${ceiling.toFixed(2)}`,
        )
        .join('; ')}; one seed`,
    },
  ];
}
