import { makeExperiment, type Experiment } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { keptConfig } from '../config/kept.ts';
import { experiments } from '../papers/index.ts';
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
  positiveNumber,
  type DataFlags,
  type EngineFlags,
} from './engine-flags.ts';
import { path } from './path.ts';

interface Flags extends EngineFlags, DataFlags, ConfigurationFlags {
  runs: string;
  name?: string;
  jobs: number;
}

const again =
  'Continues where an earlier run stopped; a run that another figure has made is not repeated.';

/** Adds one command per table and figure, and `all`. `table1` is the default. */
export function addExperimentCommands(program: Command): void {
  for (const experiment of experiments) {
    const command = program
      .command(experiment.name, { isDefault: experiment.name === 'table1' })
      .description(`${experiment.summary}\n${again}`);
    experiment.addFlags?.(command);
    addRunFlags(command, `${experiment.name}-<profile>`).action(async (flags: Flags) => {
      await made(experiment, flags, flags.name);
    });
  }
  const all = program
    .command('all')
    .description(`Every table and figure, one after the other.\n${again}`);
  addRunFlags(all).action(async (flags: Flags) => {
    for (const experiment of experiments) await made(experiment, flags);
  });
}

function addRunFlags(command: Command, name?: string): Command {
  addConfigurationFlags(command).option('--runs <dir>', 'folder of all runs', path, 'runs');
  if (name) command.option('--name <name>', `folder of the tables inside it (default: ${name})`);
  command.option('--jobs <n>', 'runs at a time, sharing the cores', positiveNumber, 1);
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
