import { checkedBy } from '@scene-mtl/data/json';
import { sayingKeys } from '@scene-mtl/lab';
import { z } from 'zod';
import { dataSchema } from './data-schema.ts';
import { LIMITS } from './limits.ts';
import { networkSchema } from './network-schema.ts';
import { pluginSchema } from './plugins.ts';
import { seed, upTo } from './schema-numbers.ts';
import { trainingSchema } from './training-schema.ts';

/**
 * Everything that decides the numbers of a run. Unknown keys are errors. A new option has a default that
 * computes what was computed without it: then no run changes its id (`experiment/spec.ts`).
 */

/** Schema of the images' size. */
export const sizeSchema = z
  .strictObject({ height: upTo(LIMITS.side), width: upTo(LIMITS.side) })
  .describe('px');

/** Schema of a run's configuration. */
export const configSchema = z.strictObject({
  data: dataSchema,
  size: sizeSchema,
  network: networkSchema,
  training: trainingSchema,
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
