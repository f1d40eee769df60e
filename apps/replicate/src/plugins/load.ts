import { pathToFileURL } from 'node:url';
import { definitionKind, type DefinitionKind } from '@scene-mtl/data';
import type { PluginRecord } from '../config/plugins.ts';
import { pluginChecksum } from './checksum.ts';
import { absolutePlace, fileOf } from './place.ts';

/** A plugin that this process has loaded. */
export interface LoadedPlugin {
  readonly checksum: string;
  readonly module: string;
  /** Named by somebody in this process, not only by a run. */
  readonly named: boolean;
}

/** What a definition is made known by. Only the package that knows its kind is loaded. */
const REGISTER: Readonly<Record<DefinitionKind, (definition: never) => Promise<void>>> = {
  task: async (kit) => void (await import('@scene-mtl/vision-heads')).defineTask(kit),
  'data set': async (one) => void (await import('@scene-mtl/datasets')).defineDataset(one),
  balancer: async (one) => (await import('@scene-mtl/core')).registerBalancer(one),
  architecture: async (one) => (await import('@scene-mtl/core')).registerArchitecture(one),
};
const MAKERS = 'defineTask, defineDataset, defineBalancer or defineArchitecture';

/** What a process knows stays: definitions are of the whole process. By the file. */
const loaded = new Map<string, LoadedPlugin>();

/** The plugins of this process, in the order in which they were loaded. */
export const loadedPlugins = (): readonly LoadedPlugin[] => [...loaded.values()];

/**
 * Loads modules of one's own definitions and makes these known to this process. Nothing is loaded that is not named.
 * @param places paths of files, from the current folder, or names of packages
 * @returns what a configuration says of them
 * @throws naming the place and what is wrong there, in one line
 */
export async function loadPlugins(places: readonly string[]): Promise<PluginRecord[]> {
  const records: PluginRecord[] = [];
  for (const place of places) {
    const module = absolutePlace(place);
    const { checksum } = await load(module, place, true);
    if (!records.some((one) => one.checksum === checksum)) records.push({ checksum, module });
  }
  return records;
}

/**
 * Loads what a configuration names: in another thread or process, or for a script.
 * @throws where the module is no longer what it was
 */
export async function loadConfigured(plugins: readonly PluginRecord[] = []): Promise<void> {
  for (const { checksum, module } of plugins) {
    if (loadedPlugins().some((one) => one.checksum === checksum)) continue;
    if (module === null) {
      throw new Error(`plugin with checksum ${checksum}: expected its place; give --plugin FILE`);
    }
    const found = await load(module, module, false, checksum);
    if (found.checksum !== checksum) {
      throw new Error(
        `plugin ${module}: expected checksum ${checksum}, got ${found.checksum}; it has changed since the command ` +
          `began, give the command again`,
      );
    }
  }
}

/**
 * @param expected checksum without which nothing is to be loaded
 * @throws naming the plugin as it was written
 */
export async function load(
  module: string,
  written: string,
  named: boolean,
  expected?: string,
): Promise<LoadedPlugin> {
  const where = `plugin ${written}`;
  let file: string;
  let checksum: string;
  try {
    file = fileOf(module);
    checksum = pluginChecksum(file);
  } catch (cause) {
    throw new Error(`${where}: ${(cause as Error).message}`, { cause });
  }
  const plugin = { checksum, module, named };
  const before = loaded.get(file);
  if (before?.checksum === checksum) {
    if (named) loaded.set(file, plugin);
    return plugin;
  }
  if (before) throw new Error(`${where}: has changed since it was loaded; give the command again`);
  if (expected !== undefined && checksum !== expected) return plugin;
  for (const definition of await definitionsIn(file, where)) {
    try {
      await REGISTER[definitionKind(definition)!](definition as never);
    } catch (cause) {
      throw new Error(`${where}: ${(cause as Error).message}`, { cause });
    }
  }
  loaded.set(file, plugin);
  return plugin;
}

async function definitionsIn(file: string, where: string): Promise<unknown[]> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new Error(`${where}: ${whyNot(cause as NodeJS.ErrnoException, file)}`, { cause });
  }
  const found = Object.values(exported)
    .flat()
    .filter((value) => definitionKind(value) !== undefined);
  if (found.length > 0) return [...new Set(found)];
  const names = Object.keys(exported).join(', ') || 'nothing';
  throw new Error(
    `${where}: expected exports that ${MAKERS} made, found ${names}; export const mine = defineTask({ … })`,
  );
}

/** Why a module cannot be loaded, and what to do, in one line. */
function whyNot({ code, message }: NodeJS.ErrnoException, file: string): string {
  const first = message.split('\n')[0];
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && !/\.[cm]?ts$/.test(file)) {
    return 'expected a module (.mjs, .js or .ts) by the end of its name';
  }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return `Node ${process.versions.node} does not read TypeScript; use Node 22.18 or later, or compile it to .mjs`;
  }
  const ours = /Cannot find package '(@scene-mtl\/[\w-]+)'/.exec(first);
  if (code === 'ERR_MODULE_NOT_FOUND' && ours) {
    return `${ours[1]} is not found from ${file}; move the file into a folder of the project that has it installed`;
  }
  return first;
}
