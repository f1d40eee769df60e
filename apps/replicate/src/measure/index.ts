import { errorBlocks } from './error-blocks.ts';
import { failures } from './failures.ts';
import type { Measurement } from './measurement.ts';
import { qualitative } from './qualitative.ts';

/** Every measurement by its name, so that another process can be told which to make. */
export const measurements: Readonly<Record<string, Measurement>> = Object.fromEntries(
  [qualitative, failures, errorBlocks].map((measurement) => [measurement.name, measurement]),
);
