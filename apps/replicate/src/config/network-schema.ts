import { z } from 'zod';
import { channels, positive } from './schema-numbers.ts';

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

/** The network: its encoder, what its heads have, how tasks share, what it begins with and what stays as it is. */
export const networkSchema = z.strictObject({
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
  freeze: z.array(part).default([]).describe('parts that training leaves as they are, bit by bit'),
});
