/** One metric of a method beside its single-task baseline. */
export interface DeltaMetric {
  readonly name: string;
  /** Task it belongs to; per-task averages group by it. */
  readonly task: string;
  readonly better: 'higher' | 'lower';
  /** Value of the method and of the single-task baseline, in one unit. */
  readonly value: number;
  readonly baseline: number;
  /** True for the one metric that stands for its task. */
  readonly primary?: boolean;
}

/** Where the baseline numbers come from; Δm means nothing without it. */
export interface BaselineProvenance {
  /** Run folder, or paper and table. */
  readonly source: string;
  readonly dataset: string;
  readonly split: 'train' | 'val' | 'test';
  /** Number of seeds averaged. */
  readonly seeds: number;
  /** Which epoch: `last`, `mean of last 10`, `best on val` … */
  readonly epochRule: string;
  /** How a split's number is formed: `pixel sum`, `mean of batch means` … */
  readonly accumulation: string;
}

/** Δm in its three definitions, percent, all **lower is better**, with the baseline beside them. */
export interface DeltaM {
  /** Mean over all metrics (Maninis et al. 2019, as the Nash-MTL family of papers prints it). */
  readonly perMetric: number;
  /** Mean over tasks of the mean over the task's metrics (LibMTL; printed there with opposite sign). */
  readonly perTask: number;
  /** Mean over the primary metrics (Vandenhende et al. 2021; printed there with opposite sign). */
  readonly primary: number;
  /** Change of each metric in percent, positive is worse. */
  readonly byMetric: Readonly<Record<string, number>>;
  readonly baseline: BaselineProvenance;
}

/**
 * Average change against the single-task baselines.
 *
 *     Δm = 100 · (1/N) Σ_n (−1)^{l_n} (M_n − B_n) / B_n,   l_n = 1 where higher is better
 *
 * The three definitions in use can disagree in sign (equal weighting on NYUv2: +5.59 per metric, −0.88
 * per task, −2.90 on primary metrics), so all three are given, in one sign: lower is better, 0 is the
 * baseline.
 *
 * @throws RangeError naming the metric for a baseline of 0, a value that is not finite, names that
 *   repeat, or a task without exactly one primary metric
 * @example
 * ```ts
 * import { deltaM, type BaselineProvenance } from '@scene-mtl/eval';
 * const source: BaselineProvenance = {
 *   source: 'runs/single',
 *   dataset: 'generated scenes',
 *   split: 'val',
 *   seeds: 3,
 *   epochRule: 'last',
 *   accumulation: 'pixel sum',
 * };
 * const change = deltaM(
 *   [
 *     { name: 'IoU', task: 'semantic', better: 'higher', value: 45, baseline: 50, primary: true },
 *     { name: 'px', task: 'depth', better: 'lower', value: 0.38, baseline: 0.4, primary: true },
 *   ],
 *   source,
 * );
 * change.byMetric; // → { IoU: 10.0, px: -5.0 }
 * change.perMetric; // → 2.5
 * ```
 */
export function deltaM(metrics: readonly DeltaMetric[], baseline: BaselineProvenance): DeltaM {
  if (metrics.length === 0) throw new RangeError('deltaM: expected at least one metric, got none');
  const change = (m: DeltaMetric) => {
    if (!Number.isFinite(m.value) || !Number.isFinite(m.baseline) || m.baseline === 0) {
      throw new RangeError(
        `deltaM: metric "${m.name}" has value ${m.value} and baseline ${m.baseline}; both must be finite, the baseline not 0`,
      );
    }
    const relative = (100 * (m.value - m.baseline)) / m.baseline;
    return m.better === 'higher' ? -relative : relative;
  };
  const byMetric = Object.fromEntries(metrics.map((m) => [m.name, change(m)]));
  if (Object.keys(byMetric).length < metrics.length) {
    throw new RangeError(
      `deltaM: metric names must differ, got ${metrics.map((m) => m.name).join(', ')}`,
    );
  }
  const byTask = [...new Set(metrics.map((m) => m.task))].map((task) => {
    const own = metrics.filter((m) => m.task === task);
    const primaries = own.filter((m) => m.primary);
    if (primaries.length !== 1) {
      throw new RangeError(
        `deltaM: task "${task}" must have exactly one primary metric, got ${primaries.length}`,
      );
    }
    return { all: mean(own.map((m) => byMetric[m.name])), primary: byMetric[primaries[0].name] };
  });
  return {
    perMetric: mean(Object.values(byMetric)),
    perTask: mean(byTask.map((t) => t.all)),
    primary: mean(byTask.map((t) => t.primary)),
    byMetric,
    baseline,
  };
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
