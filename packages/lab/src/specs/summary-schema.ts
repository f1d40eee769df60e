import { unchanged } from '@scene-mtl/data/json';
import { z } from 'zod';
import type { Kept } from './measurement.ts';
import type { RunResult, RunSummary, RunTiming } from './summary.ts';

/*
 * What files of runs must hold. They only check: what they read is written again, key by key in its own order.
 * Keys that they do not know stay.
 */

const count = z.number().int().nonnegative();
// NaN and ±∞, which JSON has not, are null.
const numbers = z.record(z.string(), z.number().nullable());
const texts = z.record(z.string(), z.string());

const result = z.looseObject({
  metrics: numbers,
  sigma2: numbers,
  weights: numbers,
  parameters: count,
  steps: count,
  best: z.looseObject({ step: count, metric: z.string(), value: z.number() }).optional(),
});

const timing = z.looseObject({
  seconds: z.number().nonnegative(),
  stepsPerSecond: z.number().nonnegative(),
  engineShare: z.number().nonnegative().nullish(),
  waitingShare: z.number().nonnegative().nullish(),
  engine: z.string(),
});

const evaluation = z.looseObject({ step: count, metrics: numbers });

/** A specification; what its program's own schema says of the configuration is not asked here. */
const spec = z.looseObject({
  program: z.string().optional(),
  config: z.looseObject({}),
  tasks: z.array(z.string()),
  balance: z.looseObject({ name: z.string(), options: z.record(z.string(), z.number()) }),
  seed: count,
});

/** All of a summary but its specification, its curves and its machine. */
const outcome = {
  id: z.string().min(1),
  data: z.looseObject({
    name: z.string(),
    train: count,
    val: count,
    fingerprint: z.string().nullable(),
  }),
  result,
  timing,
};

/** Of `result.json`. */
export const resultSchema = unchanged<{
  readonly configHash: string;
  readonly result: RunResult;
}>(z.looseObject({ configHash: z.string().min(1), result }));

/** Of `timing.json`. */
export const timingSchema = unchanged<RunTiming>(timing);

/** Of `record.json`. */
export const summarySchema = unchanged<RunSummary>(
  z.looseObject({
    ...outcome,
    spec,
    series: z.record(z.string(), z.array(z.tuple([count, z.number()]))),
    evaluations: z.array(evaluation),
    environment: texts,
  }),
);

/** Of a list of evaluations. */
export const evaluationsSchema = z.array(evaluation);

/** Of a line of `runs.jsonl`: a run with its spec as a difference, its machine by number. */
export const storedRunSchema = unchanged<StoredRun>(
  z.looseObject({ ...outcome, spec: z.looseObject({}), environment: count }),
);

/** A run as a group of results keeps it. */
export interface StoredRun extends Pick<RunSummary, 'id' | 'data' | 'result' | 'timing'> {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly environment: number;
}

const kept = z.looseObject({
  version: z.number(),
  commit: z.string().optional(),
  value: z.unknown().refine((value) => value !== undefined, 'a value'),
});

/** Of a file under `measured/`. */
export const keptSchema = unchanged<Kept>(kept);

/** Of the measurements of a group: run → measurement → what was kept. */
export const measuredSchema = unchanged<Readonly<Record<string, Readonly<Record<string, Kept>>>>>(
  z.record(z.string(), z.record(z.string(), kept)),
);
