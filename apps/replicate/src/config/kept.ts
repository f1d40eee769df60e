import type { KeptConfig } from '@scene-mtl/lab';
import { withoutWeightsFolder } from './pretrained.ts';
import { configSchema, type Config } from './schema.ts';

/** A configuration as the folder of its results keeps it. */
export const keptConfig = (config: Config): KeptConfig => ({
  config: withoutWeightsFolder(config),
  schema: configSchema,
});
