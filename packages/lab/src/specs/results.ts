import type { Json } from './json.ts';
import type { Measurement } from './measurement.ts';
import type { RunSpec } from './spec.ts';
import type { RunSummary } from './summary.ts';

/** Finished runs and what was measured on them. */
export interface Results<S extends RunSpec = RunSpec> {
  /** Undefined where the run was not made. */
  summary(spec: S): RunSummary<S> | undefined;
  /** What a measurement found; undefined where it was not made, or by another version. */
  measured<T extends Json>(spec: S, measurement: Measurement<T>): T | undefined;
  /** A file that a measurement saved. */
  file(spec: S, measurement: Measurement, name: string): Promise<Uint8Array | undefined>;
}
