import type { RowResult, RowTiming } from '../train/run-row.ts';
import type { RunSpec } from './spec.ts';

/** One logged quantity: `[step, value]`, a value being the mean over the logged interval. */
export type Series = readonly (readonly [step: number, value: number])[];

/**
 * What stays of a finished run, small enough to be committed: `record.json` in its folder. Tables
 * and figures are made from records alone.
 */
export interface RunRecord {
  readonly id: string;
  readonly spec: RunSpec;
  readonly data: {
    readonly name: string;
    readonly train: number;
    readonly val: number;
  };
  readonly result: RowResult;
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
  readonly timing: RowTiming;
  readonly environment: Readonly<Record<string, string>>;
}

/** Longest series in a record. */
export const SERIES_POINTS = 150;

/** At most `limit` points, evenly over the list, both ends kept. */
export function thinned<T>(points: readonly T[], limit: number = SERIES_POINTS): T[] {
  if (points.length <= limit) return [...points];
  return Array.from(
    { length: limit },
    (_, i) => points[Math.round((i * (points.length - 1)) / (limit - 1))],
  );
}
