import { z } from 'zod';

/** A module of one's own definitions that a run is made with: part of its identity by content, never by place. */
export const pluginSchema = z.strictObject({
  checksum: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .describe('of its files'),
  module: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('path of the file, or name of the package'),
});

/** See {@link pluginSchema}. */
export type PluginRecord = z.infer<typeof pluginSchema>;

/** A configuration without where its plugins lie, in an order that does not depend on how they were named. */
export const withoutPluginPlaces = <C extends { readonly plugins: readonly PluginRecord[] }>(
  config: C,
): C => ({
  ...config,
  plugins: config.plugins
    .map(({ checksum }) => ({ checksum, module: null }))
    .sort((a, b) => (a.checksum < b.checksum ? -1 : 1)),
});

/** A configuration with these plugins too, each content once. */
export const withPlugins = <C extends { readonly plugins: readonly PluginRecord[] }>(
  config: C,
  plugins: readonly PluginRecord[],
): C => {
  const known = new Set(config.plugins.map(({ checksum }) => checksum));
  const more = plugins.filter(({ checksum }) => !known.has(checksum));
  return more.length === 0 ? config : { ...config, plugins: [...config.plugins, ...more] };
};
