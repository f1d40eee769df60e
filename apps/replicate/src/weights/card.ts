import { join } from 'node:path';
import { parseJsonFile, parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { z } from 'zod';

const number = z.number().nullable();

const measurement = z.strictObject({
  split: z.enum(['val', 'test']),
  frames: z.number().int().positive(),
  resamples: z.number().int().nonnegative(),
  metrics: z.record(
    z.string(),
    z.strictObject({
      value: number.describe('of the rounded weights; null where the split has nothing to judge'),
      interval: z.tuple([z.number(), z.number()]).nullable().describe('95 % over the frames'),
      unrounded: number.describe('of the float32 weights'),
      unit: z.string(),
    }),
  ),
});

const schema = z.strictObject({
  format: z.literal('scene-mtl weights 1'),
  name: z.string(),
  about: z.string().describe('one sentence: what it predicts'),
  terms: z.string().describe('under what the weights may be used'),
  data: z.strictObject({
    name: z.string(),
    frames: z.strictObject({ train: z.number().int(), val: z.number().int() }),
  }),
  tasks: z.array(z.string()).min(1),
  size: z.strictObject({ height: z.number().int(), width: z.number().int() }).describe('px'),
  steps: z.number().int(),
  seed: z.number().int(),
  parameters: z.number().int().describe('numbers that are stored, moving averages among them'),
  bytes: z.number().int().describe('of the safetensors file'),
  sha256: z.string(),
  command: z.string().describe('that trained it'),
  commit: z.string().describe('of the code that trained it'),
  measured: z.array(measurement),
});

/** What is told of a network beside its weights: `card.json` in their folder, and in words its README. */
export type Card = z.infer<typeof schema>;

/** What was measured on one split. */
export type CardMeasurement = Card['measured'][number];

/** Name of the file. */
export const CARD = 'card.json';

/** The card of a folder of weights. @throws where it is none, or naming the field that is wrong */
export const readCard = (folder: string): Promise<Card> =>
  parseJsonFile(join(folder, CARD), schema, { remedy: 'it is not the card of weights' });

/** The same; undefined for a folder without one, of a run for example. */
export const cardIfPresent = (folder: string): Promise<Card | undefined> =>
  parseJsonFileIfPresent(join(folder, CARD), schema, { remedy: 'it is not the card of weights' });
