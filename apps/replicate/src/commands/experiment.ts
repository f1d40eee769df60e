import { makeExperiment, type Experiment } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { keptConfig } from '../config/kept.ts';
import { LIMITS } from '../config/limits.ts';
import type { Entry } from '../papers/entry.ts';
import { programOf } from '../papers/program-of.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  typedCommand,
  type ConfigurationFlags,
} from './configuration-flags.ts';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  type DataFlags,
  type EngineFlags,
} from './engine-flags.ts';
import { path } from './path.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags extends EngineFlags, DataFlags, ConfigurationFlags {
  runs: string;
  name?: string;
  jobs: number;
}

const again =
  'Continues where an earlier run stopped; a run that another figure has made is not repeated.';

/** Adds the command of a table or figure. */
export async function addExperimentCommand(program: Command, entry: Entry): Promise<void> {
  const experiment = await entry.load();
  const command = program.command(entry.name).description(`${entry.summary}\n${again}`);
  experiment.addFlags?.(command);
  addRunFlags(command, `${entry.name}-<profile>`).action(async (flags: Flags) => {
    await made(experiment, flags, flags.name);
  });
}

/** Adds `all`: every table and figure. */
export function addAllCommand(program: Command): void {
  const all = program
    .command('all')
    .description(`Every table and figure, one after the other.\n${again}`);
  addRunFlags(all).action(async (flags: Flags) => {
    const { experiments } = await import('../papers/index.ts');
    for (const experiment of experiments) await made(experiment, flags);
  });
}

function addRunFlags(command: Command, name?: string): Command {
  addConfigurationFlags(command).option('--runs <dir>', 'folder of all runs', path, 'runs');
  if (name) command.option('--name <name>', `folder of the tables inside it (default: ${name})`);
  command.option(
    '--jobs <n>',
    'runs at a time, sharing the cores',
    wholeNumber(1, LIMITS.workers),
    1,
  );
  return addDataFlags(addEngineFlags(command));
}

/** The tables on standard output, and where the rest is. */
async function made(
  experiment: Experiment,
  flags: Flags,
  name = `${experiment.name}-${groupOf(flags)}`,
): Promise<void> {
  const config = await configurationOf(flags);
  const { runs, jobs, dataWorkers } = flags;
  let isWritten = false;
  const folder = await makeExperiment({
    experiment,
    program: programOf(experiment),
    ...{ config, name, runs, jobs, dataWorkers },
    kept: keptConfig(config),
    flags: flags as unknown as Readonly<Record<string, string | undefined>>,
    compile: compileOptions(flags),
    grids: config.strips,
    command: typedCommand(),
    onMade(tables, written) {
      isWritten = written;
      for (const table of tables) process.stdout.write(`${table}\n`);
    },
  });
  if (isWritten) process.stdout.write(`${folder}/report.html shows curves and pictures.\n`);
}
