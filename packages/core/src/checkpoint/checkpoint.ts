import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomState } from '@scene-mtl/data';
import { PARTIAL, wholeFile, writeAtomically } from '@scene-mtl/data/files';
import { parseJsonFile } from '@scene-mtl/data/json';
import type { Sums } from '../training/averages.ts';
import { manifestSchema } from './manifest-schema.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsOptions,
  type StoredTensor,
} from './safetensors.ts';

/** What stands beside the tensors of a checkpoint, as JSON. */
export interface Manifest {
  /** Steps done. */
  readonly step: number;
  /** Identifies the configuration of the run; a checkpoint continues only the same one. */
  readonly configHash: string;
  /** SHA-256 of the tensor file. */
  readonly sha256: string;
  /** States of random streams that are not functions of the step. */
  readonly random?: Readonly<Record<string, RandomState>>;
  /** Metrics of the latest evaluation. */
  readonly metrics?: Readonly<Record<string, number | null>>;
  /** Best value so far of the metric that selects the model. */
  readonly best?: Best;
  /** Best value so far of each metric whose best checkpoint is kept. */
  readonly bests?: Readonly<Record<string, Best>>;
  /** What will be in the next line of the training log. */
  readonly pending?: Sums;
}

/** The best checkpoint of a run. */
export interface Best {
  readonly step: number;
  readonly metric: string;
  readonly value: number;
}

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly manifest: Manifest;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

const stem = (step: number): string => `step-${String(step).padStart(8, '0')}`;

/**
 * Writes `step-<n>.safetensors` and, once that is whole on the disk, its manifest
 * `step-<n>.json`: a checkpoint exists when its manifest does.
 * @example
 * ```ts
 * import { latestCheckpoint, saveCheckpoint } from '@scene-mtl/core';
 * const bias = { shape: [2], data: Float32Array.of(1, 2) };
 * await saveCheckpoint('run', { step: 7, configHash: 'mine' }, new Map([['bias', bias]]));
 * const checkpoint = await latestCheckpoint('run');
 * checkpoint?.manifest.step; // → 7
 * checkpoint?.tensors.get('bias')?.data; // → [1, 2]
 * ```
 */
export async function saveCheckpoint(
  folder: string,
  manifest: Omit<Manifest, 'sha256'>,
  tensors: ReadonlyMap<string, StoredTensor>,
  options: SafetensorsOptions = {},
): Promise<void> {
  const bytes = encodeSafetensors(tensors, { step: String(manifest.step) }, options);
  const path = join(folder, stem(manifest.step));
  await writeAtomically(`${path}.safetensors`, bytes);
  const whole: Manifest = { ...manifest, sha256: sha256(bytes) };
  await writeAtomically(`${path}.json`, JSON.stringify(whole, null, 2) + '\n');
}

/**
 * Reads the checkpoint of a step.
 * @param configHash of the run that it must be of; absent: of any
 * @throws an error that names the file when it is absent, cut short, not what was written, or of
 * another run
 */
export async function loadCheckpoint(
  folder: string,
  step: number,
  configHash?: string,
): Promise<Checkpoint> {
  const path = join(folder, stem(step));
  const manifest = await readManifest(`${path}.json`);
  if (manifest.step !== step) {
    throw new Error(`${path}.json: expected step ${step}, got ${manifest.step}`);
  }
  assertOf(configHash, manifest, `${path}.json`);
  const file = `${path}.safetensors`;
  const bytes = await wholeFile(file).catch((cause: Error) => {
    if ((cause.cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new Error(
      `${file}: not there, but ${path}.json says that it was written; put it back, or delete ` +
        `that manifest to continue from an earlier checkpoint`,
      { cause },
    );
  });
  const { tensors } = decodeSafetensors(bytes, file);
  if (sha256(bytes) !== manifest.sha256) {
    throw new Error(
      `${file}: its SHA-256 is not the one in ${path}.json, so it was damaged or replaced; ` +
        `delete both to continue from an earlier checkpoint`,
    );
  }
  return { manifest, tensors };
}

function assertOf(configHash: string | undefined, manifest: Manifest, file: string): void {
  if (configHash === undefined || manifest.configHash === configHash) return;
  throw new Error(
    `${file}: this checkpoint belongs to configuration ${manifest.configHash}, the run is ` +
      `${configHash}; take the checkpoints of other runs out of the folder, or start a new run`,
  );
}

const readManifest = (path: string) => parseJsonFile(path, manifestSchema);

/** Steps of the checkpoints in a folder, ascending: of its manifests. None when there is no folder. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  return stepsOf(await namesIn(folder), 'json').sort((a, b) => a - b);
}

/**
 * What stands beside the tensors of every checkpoint in a folder, by step, none of which is read.
 * @throws naming a manifest that is not one
 */
export async function checkpointManifests(folder: string): Promise<Manifest[]> {
  const steps = await listCheckpoints(folder);
  return Promise.all(steps.map((step) => readManifest(`${join(folder, stem(step))}.json`)));
}

/**
 * The checkpoint with most steps, or `undefined` where there is none.
 * @param configHash of the run that it must be of; absent: of any
 * @throws as {@link loadCheckpoint}: a damaged or foreign one never makes an earlier one the latest
 */
export async function latestCheckpoint(
  folder: string,
  configHash?: string,
): Promise<Checkpoint | undefined> {
  const steps = await listCheckpoints(folder);
  // All of them: a run that goes on deletes those that it takes for its own earlier ones.
  for (const step of steps) {
    const file = `${join(folder, stem(step))}.json`;
    assertOf(configHash, await readManifest(file), file);
  }
  const last = steps.at(-1);
  return last === undefined ? undefined : loadCheckpoint(folder, last, configHash);
}

/** Deletes all but the last `keep` checkpoints and those of the steps in `spared`. */
export async function pruneCheckpoints(
  folder: string,
  keep: number,
  spared: readonly number[] = [],
): Promise<void> {
  const steps = await listCheckpoints(folder);
  const doomed = steps
    .slice(0, Math.max(0, steps.length - keep))
    .filter((s) => !spared.includes(s));
  for (const step of doomed) {
    // The manifest first: a checkpoint without one does not exist.
    await rm(join(folder, `${stem(step)}.json`));
    await rm(join(folder, `${stem(step)}.safetensors`), { force: true });
  }
}

/**
 * Deletes what processes that were killed left among the checkpoints: tensors whose manifest was not
 * written or is deleted already, and files that were still being written. Only for who alone may
 * write there.
 */
export async function sweepCheckpoints(folder: string): Promise<void> {
  const names = await namesIn(folder);
  const whole = new Set(stepsOf(names, 'json').map((step) => `${stem(step)}.safetensors`));
  const orphans = stepsOf(names, 'safetensors').map((step) => `${stem(step)}.safetensors`);
  const partial = names.filter((name) => name.startsWith('step-') && name.endsWith(PARTIAL));
  for (const name of [...orphans.filter((orphan) => !whole.has(orphan)), ...partial]) {
    await rm(join(folder, name), { force: true });
  }
}

/** Steps in the names of a kind of file. */
const stepsOf = (names: readonly string[], ending: 'json' | 'safetensors'): number[] =>
  names.flatMap((name) => {
    const step = Number(/^step-(\d+)\./.exec(name)?.[1]);
    return name === `${stem(step)}.${ending}` ? [step] : [];
  });

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
