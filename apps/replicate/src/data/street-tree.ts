import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { GENERATOR_VERSION, generateTree, type Gaps, type Occlusion } from '@scene-mtl/datasets';
import { hashOf, type ProgressLine } from '@scene-mtl/lab';

/** What generated scenes are made from. */
export interface StreetTreeOptions {
  /** Folder that holds the trees of all runs. */
  readonly folder: string;
  readonly size: { readonly height: number; readonly width: number };
  readonly train: number;
  readonly val: number;
  readonly seed: number;
  readonly occlusion: Occlusion;
  readonly gaps: Gaps;
  /** px; 0: labels are the truth. */
  readonly disparitySigma: number;
  /** Record the normals of the surfaces. */
  readonly normals: boolean;
  readonly line: ProgressLine;
}

/** Root of a tree of generated scenes, made unless a whole one is there already. */
export async function streetTree(options: StreetTreeOptions): Promise<string> {
  const { folder, size, train, val, seed, occlusion, gaps, disparitySigma, normals } = options;
  const { line } = options;
  const noise = disparitySigma > 0 ? { disparitySigma } : {};
  const scenes = {
    ...{ seed, occlusion, noise },
    ...(gaps !== 'geometric' && { gaps }),
    ...(normals && { normals }),
  };
  const recipe = { size, train, val, ...scenes };
  const key = hashOf({ ...recipe, generator: GENERATOR_VERSION });
  const root = join(folder, `street-${size.height}x${size.width}-${key}`);
  let announced = false;
  await generateTree({
    out: root,
    frames: { train, val },
    ...size,
    ...scenes,
    workers: availableParallelism(),
    onProgress: (done, total) => {
      if (!announced) line.print(`generating street scenes in ${root}`);
      announced = true;
      line.update(() => `${done} of ${total} street scenes`);
    },
  });
  return root;
}
