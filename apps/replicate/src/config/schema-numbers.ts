import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** A whole number from 1. */
export const positive = z.number().int().positive();

/** A whole number from 1 up to a limit. */
export const upTo = (limit: number) => positive.max(limit);

/** Channels of a layer. */
export const channels = upTo(LIMITS.channels);

/** Steps, batches or evaluations. */
export const steps = upTo(LIMITS.steps);

/** A seed: zod's whole numbers end at 2⁵³ − 1, and beyond that two seeds would be one. */
export const seed = z.number().int().nonnegative();
