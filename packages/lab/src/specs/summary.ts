import type { Best } from '@scene-mtl/core';
import type { RunSpec } from './spec.ts';

/** One logged quantity: `[step, value]`, a value being the mean over the logged interval. */
export type Series = readonly (readonly [step: number, value: number])[];

/** What one training run gave: depends on specification and data alone. */
export interface RunResult {
  /** Validation metrics by `<task>/<metric>`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Noise per task, where it is learned, and weight per task: means over the last logged interval. */
  readonly sigma2: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number>>;
  /** Trained numbers. */
  readonly parameters: number;
  readonly steps: number;
  /** The checkpoint kept for the metric that selects; only where one does. */
  readonly best?: Best;
}

/** How long it took; apart from the result, which must not depend on the machine. */
export interface RunTiming {
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** Part of the training loop's time spent inside the engine, 0 … 1; absent where not measured. */
  readonly engineShare?: number;
  /** Part spent waiting for batches; absent where not measured. */
  readonly waitingShare?: number;
  readonly engine: string;
}

/**
 * What stays of a finished run, small enough to be committed: `record.json` in its folder. Tables
 * and figures are made from summaries alone.
 */
export interface RunSummary<S extends RunSpec = RunSpec> {
  readonly id: string;
  readonly spec: S;
  readonly data: {
    readonly name: string;
    readonly train: number;
    readonly val: number;
    /** Of data of which the configuration only says where it lies; null: it says what is in it. */
    readonly fingerprint: string | null;
  };
  readonly result: RunResult;
  /**
   * By name in `metrics.jsonl`: `loss/<task>`, `sigma2/<task>`, `weight/<task>`, `total`; at most
   * `SERIES_POINTS` points each, the first and last logged ones among them.
   */
  readonly series: Readonly<Record<string, Series>>;
  /** Validation metrics of every evaluation. */
  readonly evaluations: readonly {
    readonly step: number;
    readonly metrics: Readonly<Record<string, number | null>>;
  }[];
  readonly timing: RunTiming;
  readonly environment: Readonly<Record<string, string>>;
}

/** Longest series in a summary. */
export const SERIES_POINTS = 150;

/**
 * At most `limit` points, evenly over the list, both ends kept.
 * @example
 * ```ts
 * import { thinned } from '@scene-mtl/lab';
 * thinned([10, 20, 30, 40, 50], 3); // → [10, 30, 50]
 * ```
 */
export function thinned<T>(points: readonly T[], limit: number = SERIES_POINTS): T[] {
  if (points.length <= limit) return [...points];
  return Array.from(
    { length: limit },
    (_, i) => points[Math.round((i * (points.length - 1)) / (limit - 1))],
  );
}
