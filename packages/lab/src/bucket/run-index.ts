import { randomBytes } from 'node:crypto';
import { parseJson, checkedBy } from '@scene-mtl/data/json';
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A path inside of a run's folder, with slashes. */
const path = z
  .string()
  .refine(
    (text) =>
      text !== '' &&
      !text.includes('\\') &&
      text.split('/').every((part) => !/^\.{0,2}$/.test(part)),
    'expected a path inside of the run',
  );

const partSchema = z.strictObject({
  /** Name among the run's parts. */
  part: z.string().regex(/^[0-9a-f]{16}\.[0-9a-f]{64}$/),
  sha256,
  bytes: z.number().int().nonnegative(),
});

const holderSchema = z.looseObject({
  worker: z.string(),
  /** Of one holding, and in the names of the parts that it wrote. */
  token: z.string().regex(/^[0-9a-f]{16}$/),
  /** Counts signs of life. */
  beat: z.number().int().nonnegative(),
  pid: z.number().int(),
  started: z.string().nullable(),
  host: z.string(),
});

const indexSchema = z.strictObject({
  revision: z.string().describe('changes with the files'),
  files: z.record(path, partSchema),
  holder: holderSchema.optional().describe('who works on the run; none: nobody'),
});

/**
 * `trained/<id>/index.json` of a bucket: what files a run's folder holds, and who has it. It is all that is ever
 * replaced there, in one piece and only by who knows what it was: a run is as one index says, never half of two.
 * The files are parts beside it, written before it names them.
 */
export type RunIndex = z.infer<typeof indexSchema>;

/** See {@link RunIndex}. */
export type Holder = z.infer<typeof holderSchema>;

/** A file of a run, where it lies among the parts. */
export type Part = z.infer<typeof partSchema>;

/** 16 hex digits that nobody else has. */
export const freshToken = (): string => randomBytes(8).toString('hex');

/** Of a run of which nothing is kept. */
export const emptyIndex: RunIndex = { revision: '', files: {} };

/** @throws naming object and field */
export const parsedIndex = (text: string, name: string): RunIndex =>
  checkedBy(indexSchema, parseJson(text, name), name);

/** Where the objects of a run lie. */
export const runKeys = (id: string) => ({
  index: `trained/${id}/index.json`,
  parts: `trained/${id}/parts/`,
  part: (part: string) => `trained/${id}/parts/${part}`,
});
