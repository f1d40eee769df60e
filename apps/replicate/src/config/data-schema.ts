import { COMPOSITIONS, DERIVED, GAPS, OCCLUSIONS } from '@scene-mtl/datasets';
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { positive, seed, upTo } from './schema-numbers.ts';

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

const holdOut = positive
  .nullable()
  .default(null)
  .describe('so many training frames stand in for the validation split; null: none');

/** Where the images come from: a folder, or scenes generated on first use. */
export const dataSchema = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('generated'),
    train: upTo(LIMITS.frames).describe('training frames'),
    val: upTo(LIMITS.frames).describe('validation frames'),
    seed,
    composition: z
      .enum(COMPOSITIONS)
      .default('ordinary')
      .describe('measured: nearer to the statistics of Cityscapes (docs/data-sets.md)'),
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
    holdOut,
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
    holdOut,
  }),
]);
