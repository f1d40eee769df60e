import { median } from '@scene-mtl/eval';
import type { Series } from '@scene-mtl/lab';
import type { SceneSummary } from '../../../scenes/kind.ts';
import { type LossForm, sSeries, stationaryS } from '../log-variance-forms.ts';

/** How near two values of s count as the same. */
export const TOLERANCE = 0.1;

/** A run with the s that it started from. */
export interface StartedRun {
  readonly start: number;
  readonly summary: SceneSummary;
}

/** How s of one task went from several starts, all else alike. */
export interface Convergence {
  readonly starts: readonly number[];
  /** s of each start, its own start at step 0 in front. */
  readonly paths: readonly Series[];
  /** Steps that all runs logged. */
  readonly steps: number;
  /**
   * The step from which on every start stays within {@link TOLERANCE} of the common value, which
   * is the median over the starts at the same step; undefined if not within the run.
   */
  readonly settled: number | undefined;
  /** Largest minus smallest s at a step, and the median. */
  at(step: number): { readonly spread: number; readonly common: number } | undefined;
  /** Per start, the s at which the form is stationary for the largest loss that the run logged. */
  readonly ceilings: readonly number[];
  /** Mean loss of the last tenth of the steps, over all starts. */
  readonly loss: number;
  /** s at which the form is stationary for that loss. */
  readonly stationary: number;
}

/** Follows one task; undefined with fewer than two starts that logged it. */
export function convergence(
  runs: readonly StartedRun[],
  form: LossForm,
  task: string,
): Convergence | undefined {
  const term = form.term(task);
  const logged = runs.filter(({ summary }) => (summary.series[`sigma2/${task}`] ?? []).length > 0);
  if (logged.length < 2) return undefined;
  const paths = logged.map(({ start, summary }): Series => [
    [0, start],
    ...sSeries(summary, task, term),
  ]);
  const length = Math.min(...paths.map((path) => path.length));
  const spreads = Array.from({ length }, (_, i) => {
    const values = paths.map((path) => path[i][1]);
    const common = median(values);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return { step: paths[0][i][0], common, low, high };
  });
  const apart = spreads.findLastIndex(
    ({ common, low, high }) => common - low > TOLERANCE || high - common > TOLERANCE,
  );
  const loss = meanTail(logged, task);
  return {
    starts: logged.map(({ start }) => start),
    paths,
    steps: spreads[length - 1].step,
    settled: spreads[apart + 1]?.step,
    at(step) {
      const here = spreads.findLast((point) => point.step <= step);
      if (!here || spreads[length - 1].step < step) return undefined;
      return { spread: here.high - here.low, common: here.common };
    },
    ceilings: logged.map(({ summary }) =>
      stationaryS(term, Math.max(...(summary.series[`loss/${task}`] ?? []).map(([, l]) => l))),
    ),
    loss,
    stationary: stationaryS(term, loss),
  };
}

const meanTail = (runs: readonly StartedRun[], task: string): number => {
  const tails = runs.flatMap(({ summary }) => {
    const losses = summary.series[`loss/${task}`] ?? [];
    return losses.slice(-Math.max(1, Math.round(losses.length / 10))).map(([, loss]) => loss);
  });
  return tails.reduce((a, b) => a + b, 0) / tails.length;
};
