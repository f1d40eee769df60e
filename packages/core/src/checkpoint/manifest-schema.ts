import { unchanged } from '@scene-mtl/data/json';
import { z } from 'zod';
import type { Manifest } from './checkpoint.ts';

const count = z.number().int().nonnegative();
const numbers = z.record(z.string(), z.number());
// NaN and ±∞, which JSON has not, are null.
const numbersOrNull = z.record(z.string(), z.number().nullable());
const word = z.number().int();

const best = z.looseObject({ step: count, metric: z.string(), value: z.number() });

/** What the manifest of a checkpoint must say; further keys stay. */
export const manifestSchema = unchanged<Manifest>(
  z.looseObject({
    step: count,
    configHash: z.string().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    random: z.record(z.string(), z.tuple([word, word, word, word])).optional(),
    metrics: numbersOrNull.optional(),
    best: best.optional(),
    bests: z.record(z.string(), best).optional(),
    pending: z.looseObject({ counts: numbers, sums: numbersOrNull }).optional(),
  }),
);
