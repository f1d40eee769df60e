import { join } from 'node:path';
import { parseJsonFileIfPresent, unchanged } from '@scene-mtl/data/json';
import { z } from 'zod';
import { GAPS, type Gaps } from '../render/texture.ts';
import { COMPOSITIONS, type Composition } from '../scene/composition.ts';
import { OCCLUSIONS, type Occlusion } from '../scene/occluders.ts';
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
  /** Absent: 'ordinary'. */
  readonly composition?: Composition;
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

const count = z.number().int().nonnegative();

const schema = unchanged<Manifest>(
  z.looseObject({
    generator: count,
    seed: count,
    frames: z.looseObject({ train: count, val: count }),
    height: count,
    width: count,
    occlusion: z.enum(OCCLUSIONS),
    noise: z.record(z.string(), z.number().nonnegative()),
    composition: z.enum(COMPOSITIONS).optional(),
    gaps: z.enum(GAPS).optional(),
    truth: z.literal(true).optional(),
    normals: z.literal(true).optional(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
);

/**
 * Manifest of a tree, or undefined where there is none.
 * @throws in one line that names file and field
 */
export const readManifest = (root: string): Promise<Manifest | undefined> =>
  parseJsonFileIfPresent(join(root, MANIFEST), schema, {
    remedy: 'generate the tree again, or remove the file if the frames are not generated ones',
  });

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
