import { basename } from 'node:path';
import { withoutPluginPlaces } from '../config/plugins.ts';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import type { RunDescription } from '../run/description.ts';

/** A description to hand on: of what lay on the machine that trained, the name is kept, not the place. */
export function withoutPlaces(description: RunDescription): RunDescription {
  const config = withoutPluginPlaces(withoutWeightsFolder(description.config));
  const { data } = config;
  return {
    ...description,
    config:
      data.source === 'folder'
        ? { ...config, data: { ...data, root: basename(data.root) } }
        : config,
  };
}

/** A command as it was typed, every path from the root of a file system by its last name alone. */
export const placelessCommand = (command: string): string =>
  command.replaceAll(/(^|[\s='":])(?:\/[\w@%+.,-]+)+\/([\w@%+.,-]+)\/?/g, '$1$2');
