import { Option, type Command } from 'commander';
import { exporters, exportRun } from '../export/export-run.ts';
import { LIMITS } from '../config/limits.ts';
import { checkpointChoice } from './engine-flags.ts';
import { wholeNumber } from './whole-number.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { path } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';

interface Flags {
  run: string;
  out: string;
  format: keyof typeof exporters;
  batch: number;
  checkpoint: CheckpointChoice;
  force?: true;
}

/** Adds `replicate export`: the network of a stored run for other programs. */
export function addExportCommand(program: Command): void {
  addPluginFlag(program.command('export'))
    .description(
      'The network of a stored run for other programs: an .onnx file for any ONNX runtime, or a\n' +
        'tf.layers model (model.json, weights.bin) for plain TensorFlow.js, in a browser for example.',
    )
    .requiredOption('--run <dir>', 'folder of the run', path)
    .requiredOption('--out <path>', 'the .onnx file; with --format tfjs a folder', path)
    .addOption(
      new Option('--format <name>', 'what to write')
        .choices(Object.keys(exporters))
        .default('onnx'),
    )
    .option('--batch <n>', 'images at a time in the .onnx file', wholeNumber(1, LIMITS.batch), 1)
    .option('--checkpoint <which>', 'best, best:TASK, last or a step', checkpointChoice, 'last')
    .option('--force', 'replace files that are there')
    .action(async ({ run, out, format, batch, checkpoint, force }: Flags) => {
      const files = await exportRun({ run, out, format, batchSize: batch, checkpoint, force });
      for (const file of files) process.stdout.write(`${file}\n`);
    });
}
