import type { DataSummary, Kind, RunSpec } from '@scene-mtl/lab';
import { z } from 'zod';
import { LABEL_CHANGES } from './labels.ts';

const whole = z.number().int().positive();
const layers = z.array(whole);

/** Which evaluation counts: see `stopping.ts`. */
export const STOPPING = ['task', 'main', 'joint', 'last'] as const;

/** Everything that decides the numbers of a dense network, besides its tasks and their balance. */
export const numbersSchema = z.strictObject({
  data: z
    .record(z.string(), z.number())
    .default({})
    .describe('what the examples are drawn by: noise, number of distractors'),
  inputs: z.array(z.string()).min(1).describe('fields that are read, one behind the other'),
  labels: z
    .record(z.string(), z.strictObject({ of: z.string(), as: z.enum(LABEL_CHANGES) }))
    .default({})
    .describe('tasks made of others: copies, shuffled ones, noise'),
  hidden: layers.min(1).describe('units of each layer that all tasks share'),
  own: z
    .record(z.string(), layers)
    .default({})
    .describe('units of the hidden layers of a task’s own, behind the shared ones'),
  architecture: z
    .strictObject({ name: z.string().min(1), options: z.record(z.string(), z.json()).default({}) })
    .default({ name: 'hard-sharing', options: {} })
    .describe('how the tasks share the hidden layers'),
  activation: z.enum(['tanh', 'sigmoid', 'relu', 'elu', 'softplus', 'linear']).default('tanh'),
  blocked: z
    .array(z.string())
    .default([])
    .describe('tasks whose gradients end before the shared layers'),
  hints: z
    .array(z.string())
    .default([])
    .describe('objectives of the program besides the losses of the tasks'),
  train: whole.describe('examples'),
  val: whole.describe('examples that stop the training'),
  test: whole.describe('examples that are only looked at'),
  steps: whole,
  batchSize: whole,
  learningRate: z.number().positive(),
  schedule: z.enum(['constant', 'poly']).default('constant').describe('poly: falls to 0'),
  optimiser: z.enum(['sgd', 'adam']).default('sgd'),
  momentum: z.number().min(0).max(1).default(0.9).describe('of sgd'),
  weightDecay: z.number().min(0).default(0),
  evalEvery: whole.describe('steps between evaluations, at which training may count as stopped'),
  stopping: z.enum(STOPPING).default('task'),
  snapshots: z
    .boolean()
    .default(false)
    .describe('keep the networks at which tasks stop, to be measured'),
});

/** Configuration of a run on numbers. */
export type NumbersConfig = z.infer<typeof numbersSchema>;
/** The same with defaults left out. */
export type GivenNumbers = z.input<typeof numbersSchema>;

/** A run of a dense network on examples that are numbers. */
export type NumbersSpec = RunSpec<NumbersConfig>;

/** What experiments on numbers are about. */
export interface Numbers extends Kind {
  readonly spec: NumbersSpec;
  readonly data: DataSummary;
}
