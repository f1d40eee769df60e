import { InvalidArgumentError, Option, type Command } from 'commander';
import { FEATURE_TYPES, type FeatureType } from '@scene-mtl/datasets';
import { LIMITS } from '../../config/limits.ts';
import type { ChangedRun } from '../../heads/train-head.ts';
import { untouchedLines } from '../../heads/untouched.ts';
import { addDataFlags, addEngineFlags, type DataFlags, type EngineFlags } from '../engine-flags.ts';
import { path } from '../path.ts';
import { wholeNumber } from '../whole-number.ts';

/** Flags of every command that makes a run from another one. */
export interface ChangeFlags extends EngineFlags {
  readonly from: string;
  readonly name: string;
  readonly runs: string;
}

/** Flags of those that train a head. */
export interface TrainFlags extends ChangeFlags, DataFlags {
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
    command
      .requiredOption('--from <run>', 'folder of the trained run, or its name among the runs', path)
      .requiredOption('--name <name>', 'folder of the new run inside that of all runs')
      .option('--runs <dir>', 'folder of all runs', path, 'runs'),
  );

/** Adds what training a head on kept features takes. */
export const addTrainFlags = (command: Command): Command =>
  addDataFlags(
    addChangeFlags(command)
      .option(
        '--steps <n>',
        'steps (default: as many as the run had)',
        wholeNumber(1, LIMITS.steps),
      )
      .option('--seed <n>', 'seed of order and fresh weights (default: of the run)', wholeNumber(0))
      .option('--set <key=value...>', 'one value of the configuration', [] as string[])
      .addOption(
        new Option('--cache-type <type>', 'how features are kept; none: end to end in each step')
          .choices([...FEATURE_TYPES, 'none'])
          .default('f32'),
      )
      .option(
        '--cache-size <size>',
        'of all kept features at most, e.g. 500M, 4G (default: 4G)',
        bytes,
      )
      .option(
        '--unfreeze <parts>',
        'parts of the trunk that are trained too, e.g. encoder/aspp,encoder/stage3; other heads move then',
        (text: string) => text.split(','),
        [] as string[],
      )
      .option('--owner <text>', 'who answers for the head'),
  );

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Commander parser of a size: `500M`, `4G`. */
export function bytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMGT]?)B?$/i.exec(text.trim()) ?? [];
  const size = Number(number) * UNITS[(unit ?? '').toUpperCase()];
  if (!(size >= 1)) throw new InvalidArgumentError('expected a size, e.g. 500M or 4G.');
  return Math.floor(size);
}

/** Prints metrics of the new run, and which heads gave the same bits. */
export function printChanged({ folder, result, untouched }: ChangedRun): void {
  for (const [metric, value] of Object.entries(result.metrics)) {
    process.stdout.write(`${metric} ${value === null ? '–' : value.toFixed(4)}\n`);
  }
  for (const line of untouched ? untouchedLines(untouched) : []) process.stdout.write(`${line}\n`);
  process.stdout.write(`${folder}\n`);
}
