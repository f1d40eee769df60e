import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJsonFile } from '@scene-mtl/data/json';
import { makeExperiment, type Experiment } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { z } from 'zod';
import { keptConfig } from '../config/kept.ts';
import { LIMITS } from '../config/limits.ts';
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
  type DataFlags,
  type EngineFlags,
} from './engine-flags.ts';
import { refuseUnknownWord } from './unknown-word.ts';
import { wholeNumber } from './whole-number.ts';

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
      .allowExcessArguments(experiment.name === 'table1')
      .description(`${experiment.summary}\n${again}`);
    experiment.addFlags?.(command);
    addRunFlags(command, `${experiment.name}-<profile>`).action(async (flags: Flags) => {
      refuseUnknownWord(command);
      await printed(await made(experiment, flags, flags.name));
    });
  }
  const all = program
    .command('all')
    .description(`Every table and figure, one after the other.\n${again}`);
  addRunFlags(all).action(async (flags: Flags) => {
    for (const experiment of experiments) await printed(await made(experiment, flags));
  });
}

function addRunFlags(command: Command, name?: string): Command {
  addConfigurationFlags(command).option('--runs <dir>', 'folder of all runs', 'runs');
  if (name) command.option('--name <name>', `folder of the tables inside it (default: ${name})`);
  command.option(
    '--jobs <n>',
    'runs at a time, sharing the cores',
    wholeNumber(1, LIMITS.workers),
    1,
  );
  return addDataFlags(addEngineFlags(command));
}

async function made(
  experiment: Experiment,
  flags: Flags,
  name = `${experiment.name}-${groupOf(flags)}`,
): Promise<string> {
  const config = await configurationOf(flags);
  const { runs, jobs, dataWorkers } = flags;
  return makeExperiment({
    experiment,
    program: programOf(experiment),
    ...{ config, name, runs, jobs, dataWorkers },
    kept: keptConfig(config),
    flags: flags as unknown as Readonly<Record<string, string | undefined>>,
    compile: compileOptions(flags),
    grids: config.strips,
    command: typedCommand(),
  });
}

/** The tables on standard output, and where the rest is. */
async function printed(folder: string): Promise<void> {
  const tables = await parseJsonFile(join(folder, 'tables.json'), z.array(z.string()));
  for (const name of tables) {
    process.stdout.write(`${await readFile(join(folder, `${name}.md`), 'utf8')}\n`);
  }
  process.stdout.write(`${folder}/report.html shows curves and pictures.\n`);
}
