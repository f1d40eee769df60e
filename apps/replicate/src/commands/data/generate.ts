import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import {
  generateTree,
  OCCLUSIONS,
  readManifest,
  type NoiseOptions,
  type Occlusion,
  type Size,
} from '@scene-mtl/datasets';
import { notNegative, share, size, wholeNumber } from './arguments.ts';
import { progress } from './progress.ts';

interface Options {
  out: string;
  frames: number;
  val: number;
  size: Size;
  seed: number;
  occlusion: Occlusion;
  workers: number;
  disparitySigma?: number;
  disparityOutliers?: number;
  labelFlips?: number;
  centreSigma?: number;
}

/** Adds `data generate`: street scenes as a Cityscapes tree. */
export function addGenerateCommand(data: Command): void {
  data
    .command('generate')
    .description('generate street scenes as a Cityscapes tree, with exact labels and disparity')
    .requiredOption('--out <dir>', 'folder of the tree; a tree of the same recipe there is kept')
    .option('--frames <n>', 'training frames', wholeNumber(0), 500)
    .option('--val <n>', 'validation frames, of other cities', wholeNumber(0), 100)
    .option('--size <WxH>', 'size of the photographs, px', size, { width: 256, height: 128 })
    .option('--seed <n>', 'seed of everything', wholeNumber(0), 1)
    .addOption(
      new Option('--occlusion <kind>', "'cut': objects cut in two by poles, trees and people")
        .choices(OCCLUSIONS)
        .default('ordinary'),
    )
    .option('--workers <n>', 'threads', wholeNumber(1), availableParallelism())
    .option('--disparity-sigma <px>', 'noise of the disparity, px at the tree’s width', notNegative)
    .option('--disparity-outliers <share>', 'share of gross disparity errors', share)
    .option('--label-flips <share>', 'share of pixels with another class', share)
    .option('--centre-sigma <px>', 'noise of the objects’ centres, px', notNegative)
    .action(async (options: Options) => {
      const { out, frames, val, seed, occlusion, workers } = options;
      await generateTree({
        out,
        frames: { train: frames, val },
        ...options.size,
        seed,
        occlusion,
        workers,
        noise: noiseOf(options),
        onProgress: progress('rendering'),
      });
      const manifest = await readManifest(out);
      console.log(
        `${out}: ${frames} training and ${val} validation frames of ${options.size.width}x${options.size.height}, seed ${seed}, content ${manifest?.hash.slice(0, 16)}`,
      );
    });
}

function noiseOf(options: Options): NoiseOptions {
  const { disparitySigma, disparityOutliers, labelFlips, centreSigma } = options;
  return {
    ...(disparitySigma !== undefined && { disparitySigma }),
    ...(disparityOutliers !== undefined && { disparityOutliers }),
    ...(labelFlips !== undefined && { labelFlips }),
    ...(centreSigma !== undefined && { centreSigma }),
  };
}
