import { checkedBy } from '@scene-mtl/data/json';
import { DERIVED, FEATURE_TYPES, GAPS, OCCLUSIONS } from '@scene-mtl/datasets';
import { sayingKeys } from '@scene-mtl/lab';
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { pluginSchema } from './plugins.ts';

/**
 * Everything that decides the numbers of a run. Unknown keys are errors. A new option has a default that
 * computes what was computed without it: then no run changes its id (`experiment/spec.ts`).
 */

const positive = z.number().int().positive();
/** A whole number from 1 up to a limit. */
const upTo = (limit: number) => positive.max(limit);
const channels = upTo(LIMITS.channels);
const steps = upTo(LIMITS.steps);
// zod's whole numbers end at 2⁵³ − 1: beyond, two seeds would be one.
const seed = z.number().int().nonnegative();

const derive = z
  .array(z.enum(DERIVED))
  .default([])
  .describe(
    'annotations that the data has not, computed from others (normals of generated scenes: recorded)',
  );

const labels = z
  .record(
    z.string(),
    z.strictObject({
      frames: positive
        .nullable()
        .default(null)
        .describe('so many training frames have it, drawn by the run’s seed; null: all'),
      shuffled: z
        .boolean()
        .default(false)
        .describe('each frame has that of another: the control of Caruana 1997'),
    }),
  )
  .default({})
  .describe('by annotation: which of its labels training gets; absent: all of them');

/** Where the images come from: a folder, or scenes generated on first use. */
const data = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('generated'),
    train: upTo(LIMITS.frames).describe('training frames'),
    val: upTo(LIMITS.frames).describe('validation frames'),
    seed,
    occlusion: z
      .enum(OCCLUSIONS)
      .default('ordinary')
      .describe('cut: poles, trees and people in front of objects on purpose'),
    gaps: z
      .enum(GAPS)
      .default('geometric')
      .describe('photometric: disparity is unknown also without texture or overexposed'),
    disparitySigma: z
      .number()
      .min(0)
      .default(0)
      .describe('px of Gaussian noise on the disparity labels of training frames'),
    derive,
    labels,
    holdOut: positive
      .nullable()
      .default(null)
      .describe('so many training frames stand in for the validation split; null: none'),
  }),
  z.strictObject({
    source: z.literal('folder'),
    root: z.string().min(1).describe('a Cityscapes tree, CamVid or the files of MNIST'),
    maxTrain: positive.nullable().describe('use only the first so many frames; null: all'),
    maxVal: positive.nullable(),
    classes: z
      .union([z.literal(19), z.literal(20)])
      .default(19)
      .describe('of a Cityscapes tree; 20: void is a class too'),
    skyDisparity: z
      .enum(['zero', 'asRecorded'])
      .default('zero')
      .describe('of a Cityscapes tree; zero: as in the paper'),
    derive,
    labels,
    holdOut: positive
      .nullable()
      .default(null)
      .describe('so many training frames stand in for the validation split; null: none'),
  }),
]);

const checksum = z.string().regex(/^[0-9a-f]{16}$/);

/** Weights that a fresh run begins with: part of its identity by content, never by place. */
const pretrained = z.strictObject({
  checksum: checksum.describe('of the tensors used, see weightsChecksum'),
  folder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('where they are; a resumed run needs none'),
});

const part = z.string().min(1).describe('shared, a task, or the beginning of weights’ names');

/** Parts of another run's network: its last checkpoint. Identity by content, never by place. */
const initial = z.strictObject({
  checksum: checksum.describe('of the checkpoint'),
  folder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('of the run; a resumed run needs none'),
  parts: z.array(part).min(1),
});

const encoder = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('dilated-residual'),
    stem: channels,
    channels: z.tuple([channels, channels, channels]),
    asppChannels: channels,
  }),
  z.strictObject({ kind: z.literal('resnet101'), asppChannels: channels }),
  z.strictObject({
    kind: z.literal('mobilenet'),
    alpha: z.union([z.literal(0.25), z.literal(0.5), z.literal(0.75), z.literal(1)]),
    outputStride: z.union([z.literal(8), z.literal(16)]),
    blocks: positive.max(13).describe('separable blocks that are built'),
    asppChannels: channels.nullable().describe('null: no pyramid'),
    weights: pretrained.nullable().describe('null: from scratch'),
  }),
]);

/** How tasks share the encoder, by its name in the registry; options that are left out have its defaults. */
const architecture = z.strictObject({
  name: z.string().min(1),
  options: z.record(z.string(), z.json()).default({}),
});

/** Schema of the images' size. */
export const sizeSchema = z
  .strictObject({ height: upTo(LIMITS.side), width: upTo(LIMITS.side) })
  .describe('px');

/** Schema of a run's configuration. */
export const configSchema = z.strictObject({
  data,
  size: sizeSchema,
  network: z.strictObject({
    encoder,
    decoder: z.strictObject({
      width: channels,
      kernel: z.union([z.literal(1), z.literal(3)]).describe('the paper states both'),
    }),
    heads: z
      .record(
        z.string(),
        z.strictObject({
          weightDecay: z
            .number()
            .min(0)
            .nullable()
            .default(null)
            .describe('of the kernels that are its alone; null: as of the others'),
          dropout: z
            .number()
            .min(0)
            .lt(1)
            .default(0)
            .describe('part of the numbers before its last layer that training drops out'),
        }),
      )
      .default({})
      .describe('by task: how its head is kept from learning its examples by heart'),
    architecture: architecture
      .default({ name: 'hard-sharing', options: {} })
      .describe('how the tasks share the encoder'),
    init: z.array(initial).default([]).describe('parts that begin as another run left them'),
    freeze: z
      .array(part)
      .default([])
      .describe('parts that training leaves as they are, bit by bit'),
  }),
  training: z.strictObject({
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
      .describe(
        'steps over which the rate decays to 0; null: all. More than steps: a run cut short',
      ),
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
  }),
  plugins: z
    .array(pluginSchema)
    .default([])
    .describe('modules of one’s own tasks, data sets, balancers and architectures, by --plugin'),
  optimalWeights: z
    .record(z.string(), z.number().min(0))
    .optional()
    .describe('of Table 1’s row of approximately optimal weights; absent: the paper’s'),
  seeds: z
    .array(seed)
    .min(1)
    .max(LIMITS.seeds)
    // The same run twice has no spread, which would be taken for precision.
    .refine((of) => new Set(of).size === of.length, 'each seed once'),
  // Kept under its first name: files and commands hold it.
  strips: z
    .number()
    .int()
    .nonnegative()
    .max(LIMITS.strips)
    .describe('validation images in the report'),
});

/** Configuration of a run. */
export type Config = z.infer<typeof configSchema>;

/**
 * Checks a configuration.
 * @param source named in the error: a file or `--set`
 * @throws naming each wrong or unknown key, what was expected and what came, in one line
 */
export const parseConfig = (value: unknown, source: string): Config =>
  checkedBy(sayingKeys(configSchema), value, source);
