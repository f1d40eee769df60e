import { basename, join } from 'node:path';
import type { PluginRecord } from '../config/plugins.ts';
import { load, loadedPlugins } from './load.ts';
import { absolutePlace, placeFrom } from './place.ts';

/** Plugins as `run.json` keeps them: files by their path from the run's folder. */
export const recordedIn = (folder: string, plugins: readonly PluginRecord[]): PluginRecord[] =>
  plugins.map(({ checksum, module }) => ({
    checksum,
    module: module === null ? null : placeFrom(folder, module),
  }));

/**
 * Loads the plugins that a run was made with, from where they lie. One that somebody named in this process is
 * taken as it is: of the same content, of the same place, or of the same file name.
 * @param plugins as `run.json` keeps them
 * @param tell gets a line where one is not what it was
 * @returns the same with the places of now
 * @throws where one is gone or has changed: what to do, in one line
 */
export async function loadRecorded(
  folder: string,
  plugins: readonly PluginRecord[],
  tell: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<PluginRecord[]> {
  const found: PluginRecord[] = [];
  for (const record of plugins) found.push(await loadOne(folder, record, tell));
  return found;
}

async function loadOne(
  folder: string,
  { checksum, module: recorded }: PluginRecord,
  tell: (line: string) => void,
): Promise<PluginRecord> {
  const file = join(folder, 'run.json');
  const same = loadedPlugins().find((one) => one.checksum === checksum);
  if (same) return { checksum, module: same.module };
  if (recorded === null) {
    throw new Error(
      `${file}: this run used a plugin (checksum ${checksum}); give it by --plugin FILE`,
    );
  }
  const module = absolutePlace(recorded, folder);
  const named = loadedPlugins().filter((one) => one.named);
  const meant =
    named.find((one) => one.module === module) ??
    named.find((one) => basename(one.module) === basename(module));
  if (meant) {
    tell(
      `note: ${file}: the plugin ${recorded} had checksum ${checksum} when the run was made; now it is ${meant.checksum}`,
    );
    return { checksum: meant.checksum, module: meant.module };
  }
  const now = await load(module, recorded, false, checksum).catch((cause: Error) => {
    throw new Error(`${file}: ${cause.message}; where it is elsewhere now, give --plugin FILE`, {
      cause,
    });
  });
  if (now.checksum === checksum) return { checksum, module };
  throw new Error(
    `${file}: the plugin ${recorded} has changed since the run was made (checksum ${checksum}, now ${now.checksum}); ` +
      `get the old one back, or give --plugin ${recorded} to take it as it is`,
  );
}
