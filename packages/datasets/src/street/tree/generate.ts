import { readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { assertSize } from '@scene-mtl/data';
import { cannotWrite, makeFolder } from '@scene-mtl/data/files';
import { GAPS, type Gaps } from '../render/texture.ts';
import { COMPOSITIONS, type Composition } from '../scene/composition.ts';
import { OCCLUSIONS, type Occlusion } from '../scene/occluders.ts';
import { treeHash } from './content.ts';
import { inWorkers } from './in-workers.ts';
import { frameFiles } from './frame-files.ts';
import {
  GENERATOR_VERSION,
  madeBy,
  MANIFEST,
  readManifest,
  type Manifest,
  type TreeRecipe,
} from './manifest.ts';
import { checkNoise, isNoisy, type NoiseOptions } from './noise.ts';
import { partialPath, removeAbandoned } from './partial.ts';
import { planTree, type FrameCounts, type PlannedFrame } from './plan.ts';

/** What `generateTree` makes. */
export interface GenerateOptions {
  /** Folder of the tree; made when absent. */
  readonly out: string;
  readonly frames: FrameCounts;
  /** Size of the photographs, px. Twice as wide as high shows what Cityscapes' camera shows. */
  readonly height: number;
  readonly width: number;
  readonly seed: number;
  /**
   * 'measured' is nearer to the statistics of Cityscapes: how much there is of what, how it is outlined,
   * what stereo finds; default 'ordinary'.
   */
  readonly composition?: Composition;
  /** 'cut' puts poles, trees and people in front of objects on purpose; default 'ordinary'. */
  readonly occlusion?: Occlusion;
  /**
   * Where disparity is unknown: 'photometric' also where the photograph shows no texture or is
   * overexposed, as in Cityscapes; default 'geometric'.
   */
  readonly gaps?: Gaps;
  readonly noise?: NoiseOptions;
  /** Write the exact tree under `truth/` without noise too: its disparity has no gaps but the bonnet. */
  readonly truth?: boolean;
  /** Write the normals of the surfaces too, under `normals/`; changes no other file. */
  readonly normals?: boolean;
  /** Threads that render; default 1, this one. Their number never changes the result. */
  readonly workers?: number;
  /** Called after each frame. */
  onProgress?(done: number, total: number): void;
}

/** Writes one file; the default makes folders as needed. */
export type WriteFile = (path: string, content: Uint8Array | string) => Promise<void>;

/**
 * Generates street scenes as an official Cityscapes tree: `leftImg8bit`, `gtFine` (labelIds,
 * labelTrainIds, instanceIds, color), `disparity` (px at the tree's own width) and `camera`; with
 * noise also `centres` where they are noisy, and the exact tree under `truth/`; on request `normals`.
 *
 * The tree is written under a temporary name and renamed when whole; what a killed process left is
 * removed by the next one. A tree of the same recipe that is already there is kept, and then nothing needs
 * to be written; anything else there is an error.
 * @throws for bad options, a folder in the way, or a file that cannot be written (the message names
 * it; what was written so far is removed)
 */
export async function generateTree(
  options: GenerateOptions,
  write: WriteFile = writeWithFolders,
): Promise<void> {
  const { frames, height, width, seed, occlusion = 'ordinary', noise = {}, workers = 1 } = options;
  const { composition = 'ordinary', gaps = 'geometric', normals = false } = options;
  check(options);
  const out = resolve(options.out);
  const hasTruth = options.truth === true || isNoisy(noise);
  const shape = { height, width, occlusion, noise };
  const recipe: TreeRecipe = {
    generator: GENERATOR_VERSION,
    seed,
    frames,
    ...shape,
    // Named only where they are not the default: a tree from before they existed has the same recipe.
    ...(composition !== 'ordinary' && { composition }),
    ...(gaps === 'photometric' && { gaps }),
    // With noise the truth goes without saying.
    ...(hasTruth && !isNoisy(noise) && { truth: true }),
    ...(normals && { normals: true }),
  };
  await removeAbandoned(out);
  if (await alreadyThere(out, recipe)) return;

  const plan = planTree(seed, frames);
  const partial = partialPath(out);
  try {
    const scenes = { composition, occlusion, gaps, noise, truth: hasTruth, normals };
    const job = { root: partial, size: { height, width }, ...scenes };
    const hashes = new Array<string>(plan.length);
    let done = 0;
    const finished = (index: number, hash: string) => {
      hashes[index] = hash;
      options.onProgress?.(++done, plan.length);
    };
    if (workers > 1) await inWorkers(job, plan, workers, finished);
    else {
      for (const [i, frame] of plan.entries()) finished(i, await writeFrame(job, frame, write));
    }
    const manifest: Manifest = { ...recipe, hash: treeHash(hashes) };
    const file = join(partial, MANIFEST);
    await write(file, `${JSON.stringify(manifest, null, 2)}\n`).catch((cause: unknown) => {
      throw cannotWrite(file, cause);
    });
    await putInPlace(partial, out, recipe);
  } catch (cause) {
    // Whatever hinders this too, the first failure is the one to tell.
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    throw new Error(`generateTree: ${out} was not made: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Gives a finished tree its name. Another process may have made the same tree meanwhile, and already be
 * read from it: then that one stays.
 */
async function putInPlace(partial: string, out: string, recipe: TreeRecipe): Promise<void> {
  // An empty folder in the way; any other is left as it is.
  await rmdir(out).catch(() => undefined);
  try {
    await rename(partial, out);
  } catch (cause) {
    if (!(await alreadyThere(out, recipe))) throw cannotWrite(out, cause);
    await rm(partial, { recursive: true, force: true });
  }
}

/** What every frame of a tree shares. */
export interface FrameJob {
  readonly root: string;
  readonly size: { readonly height: number; readonly width: number };
  readonly composition: Composition;
  readonly occlusion: Occlusion;
  readonly gaps: Gaps;
  readonly noise: NoiseOptions;
  readonly truth: boolean;
  readonly normals: boolean;
}

/** Renders and writes one frame; returns the hash of its images. */
export async function writeFrame(
  { root, ...what }: FrameJob,
  frame: PlannedFrame,
  write: WriteFile = writeWithFolders,
): Promise<string> {
  const { files, hash } = await frameFiles(frame, what);
  for (const { path, content } of files) {
    const file = join(root, path);
    await write(file, content).catch((cause: unknown) => {
      throw cannotWrite(file, cause);
    });
  }
  return hash;
}

async function writeWithFolders(path: string, content: Uint8Array | string): Promise<void> {
  await makeFolder(dirname(path), path);
  await writeFile(path, content);
}

function check({
  out,
  frames,
  height,
  width,
  seed,
  composition = 'ordinary',
  occlusion = 'ordinary',
  gaps = 'geometric',
  noise = {},
}: GenerateOptions): void {
  // Resolved, it would be the folder that one is in.
  if (out.trim() === '') throw new Error("generateTree: expected out as a folder, got ''");
  assertSize('generateTree', { height, width });
  checkNoise(noise);
  oneOf('composition', composition, COMPOSITIONS);
  oneOf('occlusion', occlusion, OCCLUSIONS);
  oneOf('gaps', gaps, GAPS);
  for (const [name, value] of Object.entries({
    seed,
    'frames.train': frames.train,
    'frames.val': frames.val,
  })) {
    if (!Number.isInteger(value) || (name !== 'seed' && value < 0)) {
      throw new Error(`generateTree: expected ${name} as a whole number, got ${value}`);
    }
  }
  if (frames.train + frames.val === 0) {
    throw new Error(
      'generateTree: expected at least one frame, got 0 of training and 0 of validation',
    );
  }
}

function oneOf(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new Error(
    `generateTree: expected ${name} as one of ${known.join(', ')}, got ${String(value)}`,
  );
}

async function alreadyThere(out: string, recipe: TreeRecipe): Promise<boolean> {
  const manifest = await readManifest(out);
  if (manifest && madeBy(manifest, recipe)) return true;
  const names = await readdir(out).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    const what = cause.code === 'ENOTDIR' ? 'there is a file' : `cannot be read: ${cause.code}`;
    throw new Error(`${out}: in the way of a new tree (${what}); give another folder`, { cause });
  });
  if (names.length === 0) return false;
  throw new Error(
    manifest
      ? `${out}: holds a tree of another recipe (${JSON.stringify({ ...manifest, hash: undefined })}); give another folder or remove it`
      : `${out}: holds other files (${names.slice(0, 5).join(', ')}); give an empty or new folder`,
  );
}
