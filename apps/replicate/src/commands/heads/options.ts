import { InvalidArgumentError, Option, type Command } from 'commander';
import { FEATURE_TYPES } from '@scene-mtl/datasets';
import { LIMITS } from '../../config/limits.ts';
import { checkpointChoice } from '../engine-flags.ts';
import { folderPath, path } from '../path.ts';
import { addPluginFlag } from '../plugin-flag.ts';
import { wholeNumber } from '../whole-number.ts';

/** Options and arguments that several commands below `heads` have, each told once. */
const OPTIONS = {
  run: (command) => command.argument('<run>', 'folder of the run', folderPath),
  from: (command) =>
    command.requiredOption(
      '--from <run>',
      'folder of the trained run, or its name among the runs',
      path,
    ),
  runs: (command) => command.option('--runs <dir>', 'folder of all runs', folderPath, 'runs'),
  plugin: addPluginFlag,
  checkpoint: (command) =>
    command.option(
      '--checkpoint <which>',
      'best, best:TASK, last or a step',
      checkpointChoice,
      'last',
    ),
  data: (command) =>
    command.option('--data <root>', 'the data, where it is not where the run had it'),
  json: (command) => command.option('--json', 'print JSON instead of text'),
  force: (command) => command.option('--force', 'replace files that are there'),
  steps: (command) =>
    command.option(
      '--steps <n>',
      'steps (default: as many as the run had)',
      wholeNumber(1, LIMITS.steps),
    ),
  seed: (command) =>
    command.option(
      '--seed <n>',
      'seed of order and fresh weights (default: of the run)',
      wholeNumber(0),
    ),
  set: (command) =>
    command.option('--set <key=value...>', 'one value of the configuration', [] as string[]),
  'cache-type': (command) => command.addOption(cacheType(FEATURE_TYPES)),
  'cache-type-or-none': (command) => command.addOption(cacheType([...FEATURE_TYPES, 'none'])),
  'cache-size': (command) =>
    command.option(
      '--cache-size <size>',
      'of all kept features at most, e.g. 500M, 4G (default: 4G)',
      bytes,
    ),
  epsilon: (command) =>
    command.option(
      '--epsilon <task/metric=number...>',
      'drop that is let through, in the metric’s unit; repeatable. Default: 1 point of a share in %,\n' +
        '3 % of the old value of any other; the primary metric of each task decides, and those named here',
      (text: string, list: string[]) => [...list, text],
      [] as string[],
    ),
  'head-of': (command) =>
    command.option(
      '--head-of <run>',
      'take the head from this run, which must have the same trunk',
    ),
} satisfies Record<string, (command: Command) => Command>;

/** Adds some of them, in this order. */
export const addOptions = (command: Command, ...names: (keyof typeof OPTIONS)[]): Command =>
  names.reduce((all, name) => OPTIONS[name](all), command);

const cacheType = (types: readonly string[]): Option =>
  new Option(
    '--cache-type <type>',
    `how features are kept${types.includes('none') ? '; none: end to end in each step' : ''}`,
  )
    .choices(types)
    .default('f32');

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Commander parser of a size: `500M`, `4G`. */
function bytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMGT]?)B?$/i.exec(text.trim()) ?? [];
  const size = Number(number) * UNITS[(unit ?? '').toUpperCase()];
  if (!(size >= 1)) throw new InvalidArgumentError('expected a size, e.g. 500M or 4G.');
  return Math.floor(size);
}
