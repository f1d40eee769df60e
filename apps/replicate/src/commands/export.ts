import { Option, type Command } from 'commander';
import { exporters, exportRun } from '../export/export-run.ts';
import { LIMITS } from '../config/limits.ts';
import { checkpointChoice } from './engine-flags.ts';
import { wholeNumber } from './whole-number.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { addNetworkFlags, askedNetwork, type NetworkFlags } from './network-flags.ts';
import { path } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';

interface Flags extends NetworkFlags {
  out: string;
  format: keyof typeof exporters;
  batch: number;
  checkpoint: CheckpointChoice;
  force?: true;
}

/** Adds `replicate export`: the network of a stored run for other programs. */
export function addExportCommand(program: Command): void {
  const command = program.command('export');
  addNetworkFlags(
    addPluginFlag(command).description(
      'The network of a stored run for other programs: an .onnx file for any ONNX runtime, or a\n' +
        'tf.layers model (model.json, weights.bin) for plain TensorFlow.js, in a browser for example.',
    ),
  )
    .requiredOption('--out <path>', 'the .onnx file; with --format tfjs a folder', path)
    .addOption(
      new Option('--format <name>', 'what to write')
        .choices(Object.keys(exporters))
        .default('onnx'),
    )
    .option('--batch <n>', 'images at a time in the .onnx file', wholeNumber(1, LIMITS.batch), 1)
    .option('--checkpoint <which>', 'best, best:TASK, last or a step', checkpointChoice, 'last')
    .option('--force', 'replace files that are there')
    .action(async (flags: Flags) => {
      const { out, format, batch, checkpoint, force } = flags;
      const { folder: run } = await askedNetwork(flags);
      const files = await exportRun({ run, out, format, batchSize: batch, checkpoint, force });
      for (const file of files) process.stdout.write(`${file}\n`);
    });
}
