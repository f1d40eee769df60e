import { toMarkdown } from '@scene-mtl/eval';
import { Option, type Command } from 'commander';
import type { Split } from '@scene-mtl/datasets';
import {
  addEngineFlags,
  checkpointChoice,
  compileOptions,
  type EngineFlags,
} from './engine-flags.ts';
import { evaluateRun, type Evaluation } from '../predict/evaluate-run.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { path } from './path.ts';

interface Flags extends EngineFlags {
  run: string;
  split: Exclude<Split, 'train'>;
  checkpoint: CheckpointChoice;
  data?: string;
  json?: true;
}

/** Adds `replicate evaluate`: all metrics of a stored run over a split. */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description(
      'Metrics of a stored run over a whole split. On test data only the checkpoint that validation\n' +
        'chose (best) or the last one is measured: test data never selects a model.',
    )
    .requiredOption('--run <dir>', 'folder of the run', path)
    .addOption(new Option('--split <name>', 'which part').choices(['val', 'test']).default('val'))
    .option('--checkpoint <which>', 'best, best:TASK, last or a step', checkpointChoice, 'last')
    .option('--data <root>', 'the data, where it is not where the run had it')
    .option('--json', 'print JSON instead of a table');
  addEngineFlags(command).action(async (flags: Flags) => {
    const { run, split, checkpoint, data } = flags;
    const result = await evaluateRun({
      run,
      split,
      checkpoint,
      data,
      compile: compileOptions(flags),
    });
    const text = flags.json ? `${JSON.stringify(result, null, 2)}\n` : toMarkdown(tableOf(result));
    process.stdout.write(text);
  });
}

function tableOf({ run, checkpoint, data, size, balance, seed, metrics, units }: Evaluation) {
  const { choice, step, selectedBy } = checkpoint;
  return {
    title: `${run}: ${data.name} ${data.split}`,
    corner: 'metric',
    columns: [{ name: 'value', decimals: 3 }, { name: 'unit' }],
    rows: Object.entries(metrics).map(([name, value]) => ({
      header: name,
      cells: [value === null ? null : { value }, units[name]],
    })),
    notes: [
      `${data.frames} frames at ${size.height}×${size.width}; ${choice} checkpoint, step ${step}` +
        `${selectedBy ? `, chosen by ${selectedBy}` : ''}; balanced by ${balance.name}; seed ${seed}.`,
      'Over the whole split at the size of the run. AP leaves out objects below 100 px of 1024×2048, scaled to this size.',
    ],
  };
}
