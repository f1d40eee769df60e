import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  GENERATOR_VERSION,
  generateTree,
  type Composition,
  type Gaps,
  type Occlusion,
} from '@scene-mtl/datasets';
import { hashOf, type ProgressLine } from '@scene-mtl/lab';

/** What generated scenes are made from. */
export interface StreetTreeOptions {
  /** Folder that holds the trees of all runs. */
  readonly folder: string;
  readonly size: { readonly height: number; readonly width: number };
  readonly train: number;
  readonly val: number;
  readonly seed: number;
  readonly composition: Composition;
  readonly occlusion: Occlusion;
  readonly gaps: Gaps;
  /** px; 0: labels are the truth. */
  readonly disparitySigma: number;
  /** Record the normals of the surfaces. */
  readonly normals: boolean;
  readonly line: ProgressLine;
}

/** What of the options decides the scenes besides their number and size. */
function scenesOf(options: StreetTreeOptions) {
  const { seed, composition, occlusion, gaps, disparitySigma, normals } = options;
  const noise = disparitySigma > 0 ? { disparitySigma } : {};
  return {
    ...{ seed, occlusion, noise },
    ...(composition !== 'ordinary' && { composition }),
    ...(gaps !== 'geometric' && { gaps }),
    ...(normals && { normals }),
  };
}

/** Where a tree of generated scenes is, or will be. */
export function streetRoot(options: StreetTreeOptions): string {
  const { folder, size, train, val } = options;
  const recipe = { size, train, val, ...scenesOf(options) };
  const key = hashOf({ ...recipe, generator: GENERATOR_VERSION });
  return join(folder, `street-${size.height}x${size.width}-${key}`);
}

/** A thread takes about as long to begin as this many pixels take to render. */
const PIXELS_A_THREAD = 1e6;

const threadsFor = (pixels: number): number =>
  Math.max(1, Math.min(availableParallelism(), Math.floor(pixels / PIXELS_A_THREAD)));

/** Root of a tree of generated scenes, made unless a whole one is there already. */
export async function streetTree(options: StreetTreeOptions): Promise<string> {
  const { size, train, val, line } = options;
  const root = streetRoot(options);
  let announced = false;
  await generateTree({
    out: root,
    frames: { train, val },
    ...size,
    ...scenesOf(options),
    workers: threadsFor((train + val) * size.height * size.width),
    onProgress: (done, total) => {
      if (!announced) line.print(`generating street scenes in ${root}`);
      announced = true;
      line.update(() => `${done} of ${total} street scenes`);
    },
  });
  return root;
}
