import { writeAtomically } from '@scene-mtl/data/files';
import { Option, type Command } from 'commander';
import type { Split } from '@scene-mtl/datasets';
import {
  addEngineFlags,
  checkpointChoice,
  compileOptions,
  type EngineFlags,
} from './engine-flags.ts';
import { evaluateRun, type Evaluation } from '../predict/evaluate-run.ts';
import type { FrameMetrics } from '../predict/measure-network.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { addNetworkFlags, askedNetwork, type NetworkFlags } from './network-flags.ts';
import { filePath, folderPath } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';
import { wholeNumber } from './whole-number.ts';
import { tableText } from './table-text.ts';

interface Flags extends EngineFlags, NetworkFlags {
  split: Exclude<Split, 'train'>;
  checkpoint: CheckpointChoice;
  data?: string;
  runs?: string;
  json?: true;
  resamples: number;
  perFrame?: string;
}

/** Adds `replicate evaluate`: all metrics of a stored run over a split. */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description(
      'Metrics of a stored run over a whole split. On test data only the checkpoint that validation\n' +
        'chose (best) or the last one is measured: test data never selects a model.',
    );
  addNetworkFlags(command)
    .addOption(new Option('--split <name>', 'which part').choices(['val', 'test']).default('val'))
    .option('--checkpoint <which>', 'best, best:TASK, last or a step', checkpointChoice, 'last')
    .option('--data <root>', 'the data, where it is not where the run had it')
    .option(
      '--runs <dir>',
      'folder of all runs, where generated scenes are (default: found above the run; runs for weights)',
      folderPath,
    )
    .option('--json', 'print JSON instead of a table')
    .option(
      '--resamples <n>',
      'of the frames, for the 95 % intervals over them; 0: no intervals',
      wholeNumber(0),
      1000,
    )
    .option(
      '--per-frame <file>',
      "write the tasks' metrics of each frame by itself, a JSON line a frame",
      filePath,
    );
  addEngineFlags(addPluginFlag(command)).action(async (flags: Flags) => {
    const { split, checkpoint, data, resamples, perFrame } = flags;
    const { folder: run, card } = await askedNetwork(flags);
    const runs = flags.runs ?? (card && 'runs');
    const frames: FrameMetrics[] = [];
    const evaluation = await evaluateRun({
      ...{ run, runs, split, checkpoint, data, resamples, compile: compileOptions(flags) },
      ...(perFrame !== undefined && { onFrame: (frame: FrameMetrics) => frames.push(frame) }),
    });
    if (perFrame !== undefined) {
      const lines = frames.map((frame) => `${JSON.stringify(frame)}\n`);
      await writeAtomically(perFrame, lines.join(''));
    }
    const text = flags.json
      ? `${JSON.stringify(evaluation, null, 2)}\n`
      : tableText(tableOf(evaluation));
    process.stdout.write(text);
  });
}

function tableOf(evaluation: Evaluation) {
  const { run, checkpoint, data, size, balance, seed, metrics, units } = evaluation;
  const { intervals, resampling } = evaluation;
  const { choice, step, selectedBy } = checkpoint;
  return {
    title: `${run}: ${data.name} ${data.split}`,
    corner: 'metric',
    columns: [{ name: 'value', decimals: 3 }, { name: '95 % over frames' }, { name: 'unit' }],
    rows: Object.entries(metrics).map(([name, value]) => ({
      header: name,
      cells: [value === null ? null : { value }, intervalText(intervals[name]), units[name]],
    })),
    notes: [
      `${data.frames} frames at ${size.height}×${size.width}; ${choice} checkpoint, step ${step}` +
        `${selectedBy ? `, chosen by ${selectedBy}` : ''}; balanced by ${balance.name}; seed ${seed}.`,
      'Over the whole split at the size of the run. AP leaves out objects below 100 px of 1024×2048, scaled to this size.',
      ...(resampling.resamples > 0
        ? [
            `Intervals: percentile bootstrap over the frames, ${resampling.resamples} resamples; what another seed of the training would give is not in them.`,
          ]
        : []),
    ],
  };
}

const intervalText = (interval: Evaluation['intervals'][string] | undefined): string | null =>
  interval ? `${interval[0].toFixed(3)} … ${interval[1].toFixed(3)}` : null;
