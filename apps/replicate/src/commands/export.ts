import { Option, type Command } from 'commander';
import { exporters, exportRun } from '../export/export-run.ts';
import { LIMITS } from '../config/limits.ts';
import { checkpointChoice } from './engine-flags.ts';
import { wholeNumber } from './whole-number.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';

interface Flags {
  run: string;
  out: string;
  format: keyof typeof exporters;
  batch: number;
  checkpoint: CheckpointChoice;
}

/** Adds `replicate export`: the network of a stored run for other programs. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description(
      'The network of a stored run for other programs: an .onnx file for any ONNX runtime, or a\n' +
        'tf.layers model (model.json, weights.bin) for plain TensorFlow.js, in a browser for example.',
    )
    .requiredOption('--run <dir>', 'folder of the run')
    .requiredOption('--out <path>', 'the .onnx file; with --format tfjs a folder')
    .addOption(
      new Option('--format <name>', 'what to write')
        .choices(Object.keys(exporters))
        .default('onnx'),
    )
    .option('--batch <n>', 'images at a time in the .onnx file', wholeNumber(1, LIMITS.batch), 1)
    .option('--checkpoint <which>', 'best, last or a step', checkpointChoice, 'last')
    .action(async ({ run, out, format, batch, checkpoint }: Flags) => {
      const files = await exportRun({ run, out, format, batchSize: batch, checkpoint });
      for (const file of files) process.stdout.write(`${file}\n`);
    });
}
