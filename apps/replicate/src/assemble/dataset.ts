import { join } from 'node:path';
import { readManifest } from '@scene-mtl/datasets';
import type { ProgressLine } from '@scene-mtl/lab';
import type { Config } from '../config/schema.ts';
import { ALL, openStored, type StoredData } from '../data/stored-data.ts';
import { streetRoot, streetTree, type StreetTreeOptions } from '../data/street-tree.ts';

/** Where generated scenes of a configuration lie, and how they are made. */
function scenesOf(
  data: Extract<Config['data'], { source: 'generated' }>,
  size: Config['size'],
  runs: string,
  line: ProgressLine,
): StreetTreeOptions {
  const normals = data.derive.includes('normals');
  return { folder: join(runs, 'data'), size, ...data, normals, line };
}

/**
 * Opens the data of a configuration; generated scenes are made on first use. Decoded samples are kept
 * in `data/cache` of the folder of all runs.
 */
export async function datasetOf(
  config: Pick<Config, 'data' | 'size' | 'plugins'>,
  runs: string,
  line: ProgressLine,
): Promise<StoredData> {
  const { data, size, plugins } = config;
  const { holdOut, derive } = data;
  const cache = join(runs, 'data', 'cache');
  if (data.source === 'folder') {
    const { root, classes, skyDisparity, maxTrain, maxVal } = data;
    const limits = { train: maxTrain, val: maxVal, test: null };
    return openStored({ root, classes, skyDisparity, derive, limits, holdOut, plugins, cache });
  }
  const root = await streetTree(scenesOf(data, size, runs, line));
  const truth = data.disparitySigma > 0 ? { truth: join(root, 'truth') } : {};
  return openStored({ root, ...truth, derive, limits: ALL, holdOut, plugins, cache });
}

/**
 * Whether the data of a configuration can be opened without making any: scenes may be yet to be
 * generated; `foreseenScenes` says what they will be.
 */
export const isThere = async (
  { data, size }: Pick<Config, 'data' | 'size'>,
  runs: string,
  line: ProgressLine,
): Promise<boolean> =>
  data.source === 'folder' ||
  (await readManifest(streetRoot(scenesOf(data, size, runs, line)))) !== undefined;
