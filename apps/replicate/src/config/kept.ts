import type { KeptConfig } from '@scene-mtl/lab';
import { withoutPluginPlaces } from './plugins.ts';
import { withoutWeightsFolder } from './pretrained.ts';
import { configSchema, type Config } from './schema.ts';

/** A configuration without where its data lie: they may be moved, what is in them counts. */
export const withoutDataFolder = <C extends Pick<Config, 'data'>>(config: C): C =>
  config.data.source === 'folder' ? { ...config, data: { ...config.data, root: '' } } : config;

/** A configuration as the folder of its results keeps it. */
export const keptConfig = (config: Config): KeptConfig => ({
  config: withoutPluginPlaces(withoutWeightsFolder(config)),
  schema: configSchema,
  decisive: (stored) => {
    const known = configSchema.safeParse(stored);
    return known.success ? withoutPluginPlaces(withoutDataFolder(known.data)) : stored;
  },
});
