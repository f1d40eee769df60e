import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import {
  COMPOSITIONS,
  GAPS,
  generateTree,
  OCCLUSIONS,
  readManifest,
  type Composition,
  type Gaps,
  type NoiseOptions,
  type Occlusion,
} from '@scene-mtl/datasets';
import type { Size } from '@scene-mtl/data';
import { LIMITS } from '../../config/limits.ts';
import { wholeNumber } from '../whole-number.ts';
import { notNegative, share, size, upright } from './arguments.ts';
import { progress } from './progress.ts';
import { path } from '../path.ts';

interface Options {
  out: string;
  frames: number;
  val: number;
  size: Size;
  seed: number;
  composition: Composition;
  occlusion: Occlusion;
  gaps: Gaps;
  workers: number;
  disparitySigma?: number;
  disparityOutliers?: number;
  labelFlips?: number;
  boundarySigma?: number;
  centreSigma?: number;
  truth?: boolean;
  normals?: boolean;
}

/** Adds `data generate`: street scenes as a Cityscapes tree. */
export function addGenerateCommand(data: Command): void {
  data
    .command('generate')
    .description('generate street scenes as a Cityscapes tree, with exact labels and disparity')
    .requiredOption(
      '--out <dir>',
      'folder of the tree; a tree of the same recipe there is kept',
      path,
    )
    .option('--frames <n>', 'training frames', wholeNumber(0, LIMITS.frames), 500)
    .option('--val <n>', 'validation frames, of other cities', wholeNumber(0, LIMITS.frames), 100)
    .addOption(
      new Option('--size <HxW>', 'height × width of the photographs, px')
        .argParser(size)
        .default({ height: 128, width: 256 }, '128x256'),
    )
    .option('--seed <n>', 'seed of everything', wholeNumber(0), 1)
    .addOption(
      new Option('--composition <kind>', "'measured': nearer to Cityscapes' statistics")
        .choices(COMPOSITIONS)
        .default('ordinary'),
    )
    .addOption(
      new Option('--occlusion <kind>', "'cut': objects cut in two by poles, trees and people")
        .choices(OCCLUSIONS)
        .default('ordinary'),
    )
    .addOption(
      new Option('--gaps <kind>', 'unknown disparity: where hidden, or also without texture')
        .choices(GAPS)
        .default('photometric'),
    )
    .option('--workers <n>', 'threads', wholeNumber(1, LIMITS.workers), availableParallelism())
    .option('--disparity-sigma <px>', 'noise of the disparity, px at the tree’s width', notNegative)
    .option('--disparity-outliers <share>', 'share of gross disparity errors', share)
    .option('--label-flips <share>', 'share of pixels with another class', share)
    .option('--boundary-sigma <px>', 'displacement of the classes’ boundaries, px', notNegative)
    .option('--centre-sigma <px>', 'noise of the objects’ centres, px', notNegative)
    .option('--truth', 'the exact tree under truth/ without noise too: disparity without gaps')
    .option('--normals', 'the normals of the surfaces under normals/ too; no other file changes')
    .action(async (options: Options) => {
      const { out, frames, val, seed, composition, occlusion, gaps, workers } = options;
      const note = upright(options.size);
      if (note) console.error(note);
      await generateTree({
        out,
        frames: { train: frames, val },
        ...options.size,
        seed,
        composition,
        occlusion,
        gaps,
        workers,
        noise: noiseOf(options),
        truth: options.truth ?? false,
        normals: options.normals ?? false,
        onProgress: progress('rendering'),
      });
      const manifest = await readManifest(out);
      console.log(
        `${out}: ${frames} training and ${val} validation frames of ${options.size.height}×${options.size.width} px, seed ${seed}, content ${manifest?.hash.slice(0, 16)}`,
      );
    });
}

function noiseOf(options: Options): NoiseOptions {
  const { disparitySigma, disparityOutliers, labelFlips, boundarySigma, centreSigma } = options;
  return {
    ...(disparitySigma !== undefined && { disparitySigma }),
    ...(disparityOutliers !== undefined && { disparityOutliers }),
    ...(labelFlips !== undefined && { labelFlips }),
    ...(boundarySigma !== undefined && { boundarySigma }),
    ...(centreSigma !== undefined && { centreSigma }),
  };
}
