import type { Command } from 'commander';
import type { FeatureType } from '@scene-mtl/datasets';
import type { ChangedRun } from '../../heads/train-head.ts';
import { untouchedLines } from '../../heads/untouched.ts';
import { addDataFlags, addEngineFlags, type DataFlags, type EngineFlags } from '../engine-flags.ts';
import type { PluginFlags } from '../plugin-flag.ts';
import { addOptions } from './options.ts';

/** Flags of every command that makes a run from another one. */
export interface ChangeFlags extends EngineFlags {
  readonly from: string;
  readonly name: string;
  readonly runs: string;
}

/** Flags of those that train a head. */
export interface TrainFlags extends ChangeFlags, DataFlags, PluginFlags {
  readonly steps?: number;
  readonly seed?: number;
  readonly set: string[];
  readonly cacheType: FeatureType | 'none';
  readonly cacheSize?: number;
  readonly unfreeze: string[];
  readonly owner?: string;
}

/** Adds `--from`, `--name` and `--runs`. */
export const addChangeFlags = (command: Command): Command =>
  addEngineFlags(
    addOptions(
      addOptions(command, 'from', 'plugin').requiredOption(
        '--name <name>',
        'folder of the new run inside that of all runs',
      ),
      'runs',
    ),
  );

/** Adds what training a head on kept features takes. */
export const addTrainFlags = (command: Command): Command =>
  addDataFlags(
    addOptions(addChangeFlags(command), 'steps', 'seed', 'set', 'cache-type-or-none', 'cache-size')
      .option(
        '--unfreeze <parts>',
        'parts of the trunk that are trained too, e.g. encoder/aspp,encoder/stage3; other heads move then',
        (text: string) => text.split(','),
        [] as string[],
      )
      .option('--owner <text>', 'who answers for the head'),
  );

/** Prints metrics of the new run, and which heads gave the same bits. */
export function printChanged({ folder, result, untouched }: ChangedRun): void {
  for (const [metric, value] of Object.entries(result.metrics)) {
    process.stdout.write(`${metric} ${value === null ? '–' : value.toFixed(4)}\n`);
  }
  for (const line of untouched ? untouchedLines(untouched) : []) process.stdout.write(`${line}\n`);
  process.stdout.write(`${folder}\n`);
}
