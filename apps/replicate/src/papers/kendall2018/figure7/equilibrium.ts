import { poly, warmUp } from '@scene-mtl/core';
import { median } from '@scene-mtl/eval';
import type { RunConfig, SceneSummary } from '../../../scenes/kind.ts';
import { formOf, stationaryRatio, type Term } from '../log-variance-forms.ts';

/** σ² and the loss at one logged step. */
export interface Tracked {
  readonly step: number;
  readonly sigma2: number;
  /** Mean over the logged interval. */
  readonly loss: number;
  /** The loss as σ² has seen it: a running mean with the lag of s. */
  readonly lagged: number;
  /** σ² over its stationary value for the lagged loss; 1 in equilibrium. */
  readonly ratio: number;
}

/** Rate of s at a step, as the run had it. */
function rateAt({ training }: RunConfig): (step: number) => number {
  const { learningRate, weightingLearningRate, steps, scheduleSteps, warmUp: rise } = training;
  const decay = poly(weightingLearningRate ?? learningRate, scheduleSteps ?? steps);
  return rise > 0 ? warmUp(rise, decay) : decay;
}

/**
 * Steps by which s lags behind the loss. Near the stationary point the gradient of
 * `a e^{−s/q} L + r s` is (r/q)(s − s*), and momentum μ multiplies the rate by 1/(1 − μ), so s
 * approaches s* with the time constant q (1 − μ) / (r · rate). Clipping divides the rate once more.
 */
export function lagOf(
  { regulariser, root }: Term,
  rate: number,
  momentum: number,
  clipped = 1,
): number {
  return (root * (1 - momentum)) / (regulariser * rate * clipped);
}

/** Follows σ² of a task beside its loss; empty for a run that has not logged them. */
export function tracked({ series, spec }: SceneSummary, task: string): Tracked[] {
  const losses = new Map(series[`loss/${task}`] ?? []);
  const norms = new Map(series['gradientNorm'] ?? []);
  const term = formOf(spec.balance.name).term(task);
  const { momentum, clipNorm } = spec.config.training;
  const rate = rateAt(spec.config);
  let lagged: number | undefined;
  let before = 0;
  return (series[`sigma2/${task}`] ?? []).flatMap(([step, sigma2]) => {
    const loss = losses.get(step);
    if (loss === undefined) return [];
    const norm = norms.get(step);
    const clipped = clipNorm !== null && norm !== undefined ? Math.min(1, clipNorm / norm) : 1;
    // The last step before the end of the schedule still has a rate.
    const lag = lagOf(term, rate(step - 1), momentum, clipped);
    lagged = loss + (lagged === undefined ? 0 : Math.exp(-(step - before) / lag) * (lagged - loss));
    before = step;
    return [{ step, sigma2, loss, lagged, ratio: sigma2 / (stationaryRatio(term) * lagged) }];
  });
}

/** How well σ² of one run follows the loss, over the second half of training. */
export interface Agreement {
  /** σ² over the loss at the end: the last tenth of the points. */
  readonly sigma2: number;
  readonly loss: number;
  /** Median of σ² / stationary value, with the lag. */
  readonly ratio: number;
  /** Median of |log(σ² / stationary value)|. */
  readonly deviation: number;
  /** Pearson correlation of log σ² and log lagged loss. */
  readonly correlation: number;
}

/** Undefined for a run with fewer than four logged points. */
export function agreement(points: readonly Tracked[]): Agreement | undefined {
  if (points.length < 4) return undefined;
  const last = points.slice(-Math.max(1, Math.round(points.length / 10)));
  const half = points.slice(points.length >> 1);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    sigma2: points[points.length - 1].sigma2,
    loss: mean(last.map(({ loss }) => loss)),
    ratio: median(half.map(({ ratio }) => ratio)),
    deviation: median(half.map(({ ratio }) => Math.abs(Math.log(ratio)))),
    correlation: correlation(
      half.map(({ sigma2 }) => Math.log(sigma2)),
      half.map(({ lagged }) => Math.log(lagged)),
    ),
  };
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const dot = (f: (i: number) => number) => x.reduce((sum, _, i) => sum + f(i), 0);
  const xy = dot((i) => (x[i] - mx) * (y[i] - my));
  return xy / Math.sqrt(dot((i) => (x[i] - mx) ** 2) * dot((i) => (y[i] - my) ** 2));
}
