import { join } from 'node:path';
import type { Size } from '@scene-mtl/data';
import { progressLine } from '@scene-mtl/lab';
import { Option, type Command } from 'commander';
import {
  addEngineFlags,
  checkpointChoice,
  compileOptions,
  type EngineFlags,
} from './engine-flags.ts';
import { FITS, type Fit } from '../predict/photo-plan.ts';
import { predictPhotos } from '../predict/predict-photos.ts';
import { predictVideo } from '../predict/predict-video.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { size as pictureSize } from './data/arguments.ts';
import { addNetworkFlags, askedNetwork, type NetworkFlags } from './network-flags.ts';
import { filePath, folderPath } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';

interface Flags extends EngineFlags, NetworkFlags {
  image?: string[];
  video?: string;
  fit: Fit;
  size?: Size;
  out?: string;
  checkpoint: CheckpointChoice;
  force?: true;
}

/** Adds `replicate predict`: overlays and official files of any photographs. */
export function addPredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description(
      'Predict photographs with a stored run or with weights, each at its own size: overlays with keys, all of\n' +
        'them side by side, and label, instance, panoptic and disparity files in the official formats.',
    );
  addNetworkFlags(command)
    .option(
      '--image <file...>',
      'photographs (JPEG, PNG, WebP, AVIF or TIFF), folders of them, or patterns such as "in/**/*.jpg"',
    )
    .addOption(
      new Option(
        '--video <file>',
        'a video in place of photographs, to <name>.mp4 with all overlays; needs ffmpeg on the PATH',
      )
        .argParser(filePath)
        .conflicts('image'),
    )
    .addOption(
      new Option(
        '--fit <how>',
        'how a photograph of another shape meets the network: windows that overlap, the whole resized to its\n' +
          'shape, or the whole within it (letterbox)',
      )
        .choices(FITS)
        .default('windows'),
    )
    .option(
      '--size <HxW>',
      "size of the network's pictures, px (default: that of the training)",
      pictureSize,
    )
    .option(
      '--out <dir>',
      'folder of the files (default: predicted/ in the run; runs/predicted-<name> of weights)',
      folderPath,
    )
    .option('--checkpoint <which>', 'best, best:TASK, last or a step', checkpointChoice, 'last')
    .option('--force', 'replace files that are there and would change');
  addEngineFlags(addPluginFlag(command)).action(async (flags: Flags) => {
    const { image: images, video, fit, size, checkpoint, force } = flags;
    if (!images && video === undefined) {
      throw new Error(
        'what is to be predicted? Give photographs by --image, or a video by --video',
      );
    }
    const { folder: run, card } = await askedNetwork(flags);
    const out =
      flags.out ?? (card ? join('runs', `predicted-${card.name}`) : join(run, 'predicted'));
    const line = progressLine();
    if (card) process.stdout.write(`${card.name}: ${card.about} Terms: ${card.terms}\n`);
    const how = { run, checkpoint, fit, size, out, force, compile: compileOptions(flags) };
    if (images) {
      const files = await predictPhotos({
        ...how,
        images,
        onPhoto: (done, of) => line.update(() => `${done} of ${of} photographs`),
      });
      line.print(`into ${out}:`);
      for (const file of files.filter((path) => !path.includes('masks'))) {
        process.stdout.write(`${file}\n`);
      }
    }
    if (video !== undefined) {
      const file = await predictVideo({
        ...how,
        video,
        onFrame: (done, of) => line.update(() => `${done}${of ? ` of about ${of}` : ''} frames`),
      });
      process.stdout.write(`${file}\n`);
    }
  });
}
