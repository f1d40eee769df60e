import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gaps } from '../render/texture.ts';
import type { Occlusion } from '../scene/occluders.ts';
import type { NoiseOptions } from './noise.ts';
import type { FrameCounts } from './plan.ts';

/** Name of the file that says how a generated tree was made; its presence means the tree is whole. */
export const MANIFEST = 'street.json';

/** Changes whenever the same options would give other pixels. */
export const GENERATOR_VERSION = 3;

/** What decides the content of a generated tree. */
export interface TreeRecipe {
  readonly generator: number;
  readonly seed: number;
  readonly frames: FrameCounts;
  readonly height: number;
  readonly width: number;
  readonly occlusion: Occlusion;
  readonly noise: NoiseOptions;
  /** Absent: 'geometric'. */
  readonly gaps?: Gaps;
  /** Present when the truth was asked for without noise. */
  readonly truth?: true;
  /** Present when surface normals are recorded. */
  readonly normals?: true;
}

/** The manifest of a generated tree. */
export interface Manifest extends TreeRecipe {
  /** SHA-256 over the decoded images of all frames in order: the same on every machine. */
  readonly hash: string;
}

/** Manifest of a tree, or undefined where there is none. */
export async function readManifest(root: string): Promise<Manifest | undefined> {
  const file = join(root, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Error(`${file}: cannot be read (${code})`, { cause });
  }
  try {
    return JSON.parse(text) as Manifest;
  } catch (cause) {
    throw new Error(`${file}: expected JSON (${(cause as Error).message})`, { cause });
  }
}

/** True when a manifest was made by this recipe. */
export function madeBy(manifest: Manifest, recipe: TreeRecipe): boolean {
  const { hash: _, ...rest } = manifest;
  return canonical(rest) === canonical(recipe);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${key}:${canonical(item)}`).join(',')}}`;
}
