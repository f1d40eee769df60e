import { FEATURE_TYPES } from '@scene-mtl/datasets';
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { positive, steps, upTo } from './schema-numbers.ts';

/** How the network is trained: on what of the frames, by which steps, and how often it is looked at. */
export const trainingSchema = z.strictObject({
  steps,
  batchSize: upTo(LIMITS.batch),
  learningRate: z.number().positive(),
  weightingLearningRate: z.number().positive().nullable().describe('of s; null: the same'),
  optimiser: z.enum(['sgd', 'adam']).default('sgd'),
  schedule: z
    .enum(['poly', 'cosine', 'steps', 'constant'])
    .default('poly')
    .describe(
      'how the rate falls: to 0 by (1 − i/n)^0.9 or half a cosine; to a tenth at 1/2 and 3/4',
    ),
  labelledShare: z
    .number()
    .gt(0)
    .max(1)
    .nullable()
    .default(null)
    .describe(
      'of each batch, from the frames that have all of data.labels, the rest from the others; null: as they come',
    ),
  hints: z
    .record(z.string(), z.number().positive())
    .default({})
    .describe(
      'what is known of the answers whatever a picture shows, learned from all frames: flip, light, rows → its weight',
    ),
  sampling: z
    .strictObject({
      frames: z
        .record(z.string(), upTo(LIMITS.repeats))
        .default({})
        .describe(
          'how often a frame comes in an epoch, by an annotation that it has (depth) or a class that it shows (semantic/rider); of several the most',
        ),
      tasksPerStep: positive
        .nullable()
        .default(null)
        .describe('tasks that a step learns, drawn anew for each; null: all that have a label'),
      shares: z
        .record(z.string(), z.number().positive())
        .default({})
        .describe('by task, how likely it is drawn for a step beside 1 of the others'),
    })
    .nullable()
    .default(null)
    .describe('which frames come more often, and which tasks a step is for; null: as they come'),
  accumulate: steps
    .default(1)
    .describe('batches whose mean gradient makes a step; each has batchSize images'),
  momentum: z.number().min(0).max(1).describe('of sgd'),
  weightDecay: z.number().min(0),
  clipNorm: z.number().positive().nullable(),
  warmUp: z.number().int().nonnegative().max(LIMITS.steps).describe('steps'),
  initialLogVariance: z.number().describe('s at the start'),
  flip: z.number().min(0).max(1).describe('probability'),
  zoom: z
    .number()
    .min(1)
    .max(4)
    .default(1)
    .describe('images are scaled by 1 … zoom, then a window of the size is cut at random'),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('brightness, contrast and saturation change by factors 1 ± jitter at most'),
  scheduleSteps: steps
    .nullable()
    .default(null)
    .describe('steps over which the rate decays to 0; null: all. More than steps: a run cut short'),
  evalEvery: steps,
  checkpointEvery: steps,
  snapshots: z
    .boolean()
    .default(false)
    .describe('keep the checkpoint of each task’s best evaluation too'),
  stopping: z
    .strictObject({
      patience: steps.describe('evaluations in a row without a better primary metric'),
      fade: z
        .number()
        .int()
        .nonnegative()
        .max(LIMITS.steps)
        .default(0)
        .describe('steps over which what a task asks of the weights falls to 0; 0: at once'),
      leastGain: z
        .number()
        .min(0)
        .default(0)
        .describe('least change that counts as better, as a share of the best so far'),
    })
    .nullable()
    .default(null)
    .describe('when a task is no longer trained on; null: never'),
  logEvery: steps.default(10).describe('steps over which a logged number is the mean'),
  only: z
    .array(z.string().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe('tasks that are learned; null: all. The heads of the others are judged alone'),
  features: z
    .enum(['none', ...FEATURE_TYPES])
    .default('none')
    .describe(
      'compute what the frozen part gives once and keep it, as f32 or f16; none: in each step',
    ),
});
