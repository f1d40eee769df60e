import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  initialise,
  latestCheckpoint,
  partsOf,
  type Checkpoint,
  type Network,
} from '@scene-mtl/core';
import { noCheckpointRemedy } from '@scene-mtl/lab';
import type { Config } from '../config/schema.ts';
import { configHashOf } from './identity.ts';

/** Identity of a checkpoint's content: the first 16 hex digits of the SHA-256 of its tensors. */
const checksumOf = ({ manifest }: Checkpoint): string => manifest.sha256.slice(0, 16);

/**
 * A configuration whose network begins with parts of other runs, as their last checkpoints have them.
 * @param texts `RUN:part,part …`: a run's folder, or its name among `runs`, and parts of the network
 * @throws naming the text that is not of this form, or a run without checkpoint
 */
export async function withInitial(
  config: Config,
  texts: readonly string[],
  runs: string,
): Promise<Config> {
  if (texts.length === 0) return config;
  const init = [...config.network.init];
  for (const text of texts) {
    const at = text.lastIndexOf(':');
    const parts = text
      .slice(at + 1)
      .split(',')
      .sort();
    if (at < 1 || parts.includes('')) {
      throw new Error(
        `--init ${text}: expected RUN:part,part, for example runs/train-quick:shared,depth`,
      );
    }
    const folder = await runFolder(text.slice(0, at), runs);
    init.push({ checksum: checksumOf(await lastOf(folder)), folder, parts });
  }
  // Parts do not overlap, so that their order says nothing.
  init.sort((a, b) => (a.parts.join() < b.parts.join() ? -1 : 1));
  return { ...config, network: { ...config.network, init } };
}

/** A configuration that freezes these parts besides those that it freezes already. */
export function withFrozen(config: Config, parts: readonly string[] = []): Config {
  const freeze = [...new Set([...config.network.freeze, ...parts])].sort();
  return { ...config, network: { ...config.network, freeze } };
}

/**
 * Gives a fresh network the parts of other runs that its configuration names, if it names any.
 * @throws when a run is not there or no longer what it was, its tensors do not fit, or two give one
 */
export async function loadInitial(
  network: Pick<Network, 'model' | 'weights'>,
  { network: { init } }: Pick<Config, 'network'>,
): Promise<void> {
  const given = new Map<string, string>();
  for (const { checksum, folder, parts } of init) {
    const named = parts.join(',');
    if (folder === null) {
      throw new Error(
        `this run begins with ${named} of another run (checksum ${checksum}): give its folder by ` +
          `--init RUN:${named}`,
      );
    }
    const checkpoint = await lastOf(folder);
    const found = checksumOf(checkpoint);
    if (found !== checksum) {
      throw new Error(
        `${folder}: expected the last checkpoint with checksum ${checksum}, got ${found}; give ` +
          `--init the run with which this one was defined`,
      );
    }
    const where = `${folder}, checkpoint of step ${checkpoint.manifest.step}`;
    for (const name of initialise(network, partsOf(network, parts), checkpoint.tensors, where)) {
      const before = given.get(name);
      if (before !== undefined) {
        throw new Error(`${name}: both ${before} and ${folder} give it; take it from one run`);
      }
      given.set(name, folder);
    }
  }
}

async function lastOf(folder: string): Promise<Checkpoint> {
  const checkpoints = join(folder, 'checkpoints');
  const last = await latestCheckpoint(checkpoints, await configHashOf(folder));
  if (last) return last;
  const remedy = noCheckpointRemedy(folder, '--init takes a run that has trained');
  throw new Error(`${checkpoints}: no checkpoint; ${remedy}`);
}

/** The folder itself where there is one, else that of the name among `runs`. */
export async function runFolder(run: string, runs: string): Promise<string> {
  try {
    await access(run);
    return resolve(run);
  } catch {
    return resolve(runs, run);
  }
}
