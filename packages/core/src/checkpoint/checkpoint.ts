import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomState } from '@scene-mtl/data';
import { writeAtomically } from '@scene-mtl/data/files';
import type { Sums } from '../training/averages.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors.ts';

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
): Promise<void> {
  const bytes = encodeSafetensors(tensors, { step: String(manifest.step) });
  const path = join(folder, stem(manifest.step));
  await writeAtomically(`${path}.safetensors`, bytes);
  const whole: Manifest = { ...manifest, sha256: sha256(bytes) };
  await writeAtomically(`${path}.json`, JSON.stringify(whole, null, 2) + '\n');
}

/**
 * Reads the checkpoint of a step.
 * @throws an error that names the file when it is absent, cut short, or not what was written
 */
export async function loadCheckpoint(folder: string, step: number): Promise<Checkpoint> {
  const path = join(folder, stem(step));
  const manifest = await readManifest(`${path}.json`);
  const file = `${path}.safetensors`;
  const bytes = await readFile(file);
  const { tensors } = decodeSafetensors(bytes, file);
  if (sha256(bytes) !== manifest.sha256) {
    throw new Error(
      `${file}: its SHA-256 is not the one in ${path}.json, so it was damaged or replaced; ` +
        `delete both to continue from an earlier checkpoint`,
    );
  }
  if (manifest.step !== step) {
    throw new Error(`${path}.json: expected step ${step}, got ${manifest.step}`);
  }
  return { manifest, tensors };
}

async function readManifest(path: string): Promise<Manifest> {
  const text = await readFile(path, 'utf8');
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch (error) {
    throw new Error(`${path}: not a whole checkpoint manifest (${String(error)})`, {
      cause: error,
    });
  }
  const { step, configHash, sha256: hash } = manifest ?? {};
  if (!Number.isInteger(step) || typeof configHash !== 'string' || typeof hash !== 'string') {
    throw new Error(`${path}: expected a manifest with step, configHash and sha256`);
  }
  return manifest as Manifest;
}

/** Steps of the checkpoints in a folder, ascending; none when there is no folder. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const found = names.flatMap((name) => /^step-(\d+)\.json$/.exec(name)?.[1] ?? []);
  return found
    .map(Number)
    .filter((step) => names.includes(`${stem(step)}.safetensors`))
    .sort((a, b) => a - b);
}

/** The checkpoint with most steps, or `undefined` where there is none. */
export async function latestCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const step = (await listCheckpoints(folder)).at(-1);
  return step === undefined ? undefined : loadCheckpoint(folder, step);
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
    await rm(join(folder, `${stem(step)}.safetensors`));
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
