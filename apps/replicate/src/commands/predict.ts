import { join } from 'node:path';
import type { Command } from 'commander';
import {
  addEngineFlags,
  checkpointChoice,
  compileOptions,
  type EngineFlags,
} from './engine-flags.ts';
import { predictPhotos } from '../predict/predict-photos.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { path } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';

interface Flags extends EngineFlags {
  run: string;
  image: string[];
  out?: string;
  checkpoint: CheckpointChoice;
  force?: true;
}

/** Adds `replicate predict`: overlays and official files of any photographs. */
export function addPredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description(
      'Predict photographs with a stored run: overlays at the size of the run, and label, instance\n' +
        'and disparity files in the official Cityscapes formats at the size of the photograph.',
    )
    .requiredOption('--run <dir>', 'folder of the run', path)
    .requiredOption('--image <file...>', 'photographs: JPEG, PNG, WebP, AVIF or TIFF')
    .option('--out <dir>', 'folder of the files (default: predicted/ in the run)', path)
    .option('--checkpoint <which>', 'best, best:TASK, last or a step', checkpointChoice, 'last')
    .option('--force', 'replace files that are there and would change');
  addEngineFlags(addPluginFlag(command)).action(async (flags: Flags) => {
    const { run, image, checkpoint, force, out = join(run, 'predicted') } = flags;
    const files = await predictPhotos({
      run,
      checkpoint,
      images: image,
      out,
      force,
      compile: compileOptions(flags),
    });
    for (const file of files.filter((path) => !path.includes('masks'))) {
      process.stdout.write(`${file}\n`);
    }
  });
}
