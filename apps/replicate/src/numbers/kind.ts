import type { DataSummary, Kind, RunSpec } from '@scene-mtl/lab';
import { z } from 'zod';

const whole = z.number().int().positive();

/** Everything that decides the numbers of a dense network, besides its tasks and their balance. */
export const numbersSchema = z.strictObject({
  hidden: whole.describe('units of the layer that all tasks share'),
  train: whole.describe('examples'),
  val: whole.describe('examples'),
  steps: whole,
  batchSize: whole,
  learningRate: z.number().positive().describe('at the start; falls to 0'),
});

/** Configuration of a run on numbers. */
export type NumbersConfig = z.infer<typeof numbersSchema>;

/** A run of a dense network on examples that are numbers. */
export type NumbersSpec = RunSpec<NumbersConfig>;

/** What experiments on numbers are about. */
export interface Numbers extends Kind {
  readonly spec: NumbersSpec;
  readonly data: DataSummary;
}
