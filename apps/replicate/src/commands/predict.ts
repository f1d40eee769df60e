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
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { size as pictureSize } from './data/arguments.ts';
import { path } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';

interface Flags extends EngineFlags {
  run: string;
  image: string[];
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
      'Predict photographs with a stored run, each at its own size: overlays with keys, all of them side by\n' +
        'side, and label, instance, panoptic and disparity files in the official formats.',
    )
    .requiredOption('--run <dir>', 'folder of the run', path)
    .requiredOption(
      '--image <file...>',
      'photographs (JPEG, PNG, WebP, AVIF or TIFF), folders of them, or patterns such as "in/**/*.jpg"',
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
    .option('--out <dir>', 'folder of the files (default: predicted/ in the run)', path)
    .option('--checkpoint <which>', 'best, best:TASK, last or a step', checkpointChoice, 'last')
    .option('--force', 'replace files that are there and would change');
  addEngineFlags(addPluginFlag(command)).action(async (flags: Flags) => {
    const { run, image, fit, size, checkpoint, force, out = join(run, 'predicted') } = flags;
    const line = progressLine();
    const files = await predictPhotos({
      ...{ run, checkpoint, fit, size, images: image, out, force },
      compile: compileOptions(flags),
      onPhoto: (done, of) => line.update(() => `${done} of ${of} photographs`),
    });
    line.print(`into ${out}:`);
    for (const file of files.filter((path) => !path.includes('masks'))) {
      process.stdout.write(`${file}\n`);
    }
  });
}
