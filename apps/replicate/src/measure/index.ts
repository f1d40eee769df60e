import type { Measurement } from './measurement.ts';

/** Every measurement by its name, so that another process can be told which to make. */
export const measurements: Readonly<Record<string, Measurement>> = Object.fromEntries(
  ([] as Measurement[]).map((measurement) => [measurement.name, measurement]),
);
