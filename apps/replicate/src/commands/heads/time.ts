import { toMarkdown } from '@scene-mtl/eval';
import { FEATURE_TYPES, type FeatureType } from '@scene-mtl/datasets';
import { Option, type Command } from 'commander';
import { timeEpochs, type TimedEpochs } from '../../heads/epoch-times.ts';
import { assertHead, sourceRun } from '../../heads/source-run.ts';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  type DataFlags,
  type EngineFlags,
} from '../engine-flags.ts';
import { path } from '../path.ts';
import { wholeNumber } from '../whole-number.ts';
import { bytes } from './change-flags.ts';

interface Flags extends EngineFlags, DataFlags {
  from: string;
  runs: string;
  epochs: number;
  cacheType: FeatureType;
  cacheSize?: number;
  json?: true;
}

/** Adds `heads time`: an epoch from kept features against one end to end. */
export function addTimeCommand(heads: Command): void {
  const command = heads
    .command('time <head>')
    .description(
      'How long an epoch of a head takes from kept features, through the frozen trunk, and end to end:\n' +
        'side by side, in turns. Nothing is trained that is kept, but for the features themselves.',
    )
    .requiredOption('--from <run>', 'folder of the trained run, or its name among the runs', path)
    .option('--runs <dir>', 'folder of all runs', path, 'runs')
    .option('--epochs <n>', 'epochs of each', wholeNumber(1, 1000), 5)
    .addOption(
      new Option('--cache-type <type>', 'how features are kept')
        .choices(FEATURE_TYPES)
        .default('f32'),
    )
    .option('--cache-size <size>', 'of all kept features at most (default: 4G)', bytes)
    .option('--json', 'print JSON instead of a table');
  addDataFlags(addEngineFlags(command)).action(async (head: string, flags: Flags) => {
    const source = await sourceRun(flags.from, flags.runs);
    assertHead(source, head);
    const timed = await timeEpochs({
      ...{ source, head, runs: flags.runs, epochs: flags.epochs },
      features: flags.cacheType,
      featureBytes: flags.cacheSize,
      compile: compileOptions(flags),
      dataWorkers: flags.dataWorkers,
    });
    const text = flags.json
      ? `${JSON.stringify(timed, null, 2)}\n`
      : toMarkdown(tableOf(source.folder, timed));
    process.stdout.write(text);
  });
}

function tableOf(folder: string, { ways, steps, features }: TimedEpochs) {
  const [kept] = ways;
  const times = (value: number) => ({ value: value / kept.median });
  return {
    title: `An epoch of ${folder}: ${steps} steps`,
    corner: 'Way',
    columns: [
      { name: 'min, s', decimals: 2 },
      { name: 'median, s', decimals: 2 },
      { name: 'times as long', decimals: 1 },
    ],
    rows: ways.map(({ way, min, median }) => ({
      header: way,
      cells: [{ value: min }, { value: median }, times(median)],
    })),
    notes: [
      `${ways[0].seconds.length} epochs of each, in turns. Features: ${(features.bytes / 1e6).toFixed(1)} MB of ` +
        `${features.images} images, ${features.made} of them computed in ${features.seconds.toFixed(1)} s.`,
    ],
  };
}
