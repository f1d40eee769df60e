import type { FeatureType } from '@scene-mtl/datasets';
import type { Command } from 'commander';
import { timeEpochs, type TimedEpochs } from '../../heads/epoch-times.ts';
import { assertHead, sourceRun } from '../../heads/source-run.ts';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  type DataFlags,
  type EngineFlags,
} from '../engine-flags.ts';
import { wholeNumber } from '../whole-number.ts';
import { addOptions } from './options.ts';
import { tableText } from '../table-text.ts';

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
    .option('--epochs <n>', 'epochs of each', wholeNumber(1, 1000), 5);
  const options = addOptions(command, 'from', 'runs', 'plugin', 'cache-type', 'cache-size', 'json');
  addDataFlags(addEngineFlags(options)).action(async (head: string, flags: Flags) => {
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
      : tableText(tableOf(source.folder, timed));
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
