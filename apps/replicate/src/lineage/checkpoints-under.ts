import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointManifests } from '@scene-mtl/core';

/** A checkpoint of some run. */
export interface FoundCheckpoint {
  /** Folder of the run. */
  readonly folder: string;
  readonly step: number;
  /** First 16 hex digits of the SHA-256 of its tensors: what a run that begins with it keeps. */
  readonly checksum: string;
  readonly isLast: boolean;
}

/** How deep runs lie in the folder of all runs: `trained/<id>`, `<table>/<row>/seed-1`. */
const DEPTH = 3;

/** Every checkpoint of the runs in some folders; links to runs that lie there anyway are not followed. */
export async function checkpointsUnder(places: readonly string[]): Promise<FoundCheckpoint[]> {
  const folders = new Set<string>();
  for (const place of places) await collect(place, DEPTH, folders);
  const all = await Promise.all([...folders].sort().map(checkpointsOf));
  return all.flat();
}

async function collect(folder: string, depth: number, found: Set<string>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
  if (names.has('checkpoints')) {
    found.add(folder);
    return;
  }
  if (depth === 0) return;
  // Data sets have tens of thousands of folders, and no runs.
  names.delete('data');
  for (const name of [...names].sort()) await collect(join(folder, name), depth - 1, found);
}

async function checkpointsOf(folder: string): Promise<FoundCheckpoint[]> {
  // Of a run that is damaged nothing is known; a command that is about it says so.
  const manifests = await checkpointManifests(join(folder, 'checkpoints')).catch(() => []);
  return manifests.map(({ step, sha256 }, i) => ({
    ...{ folder, step, checksum: sha256.slice(0, 16) },
    isLast: i === manifests.length - 1,
  }));
}
