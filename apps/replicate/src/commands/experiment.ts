import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeExperiment, type Experiment } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { keptConfig } from '../config/kept.ts';
import { main, papers, type Paper } from '../papers/index.ts';
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

interface Flags extends EngineFlags, DataFlags, ConfigurationFlags {
  runs: string;
  name?: string;
  jobs: number;
}

const again =
  'Continues where an earlier run stopped; a run that another figure has made is not repeated.';

/**
 * Adds one command per table and figure of the main paper, and `all` of them; the experiments of other papers
 * below a command of the paper's name. `table1` is the default.
 */
export function addExperimentCommands(program: Command): void {
  for (const paper of papers) {
    const place =
      paper === main
        ? program
        : program.command(paper.name).description(`${paper.title}: ${namesOf(paper)}`);
    for (const experiment of paper.experiments) addExperimentCommand(place, paper, experiment);
  }
  const all = program
    .command('all')
    .description(`Every table and figure of ${main.title}, one after the other.\n${again}`);
  addRunFlags(all).action(async (flags: Flags) => {
    for (const experiment of main.experiments) {
      await printed(await made(experiment, flags, folderName(main, experiment, flags)));
    }
  });
}

const namesOf = ({ experiments }: Paper): string => experiments.map(({ name }) => name).join(', ');

function addExperimentCommand(place: Command, paper: Paper, experiment: Experiment): void {
  const command = place
    .command(experiment.name, { isDefault: experiment.name === 'table1' })
    .description(`${experiment.summary}\n${again}`);
  experiment.addFlags?.(command);
  addRunFlags(command, folderName(paper, experiment)).action(async (flags: Flags) => {
    await printed(
      await made(experiment, flags, flags.name ?? folderName(paper, experiment, flags)),
    );
  });
}

/** Folder of an experiment's tables; without flags, as the help has it. */
function folderName(paper: Paper, { name }: Experiment, flags?: Flags): string {
  const own = paper === main ? name : `${paper.name}-${name}`;
  return `${own}-${flags ? groupOf(flags) : '<profile>'}`;
}

function addRunFlags(command: Command, name?: string): Command {
  addConfigurationFlags(command).option('--runs <dir>', 'folder of all runs', 'runs');
  if (name) command.option('--name <name>', `folder of the tables inside it (default: ${name})`);
  command.option('--jobs <n>', 'runs at a time, sharing the cores', positiveNumber, 1);
  return addDataFlags(addEngineFlags(command));
}

async function made(experiment: Experiment, flags: Flags, name: string): Promise<string> {
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
  const tables = JSON.parse(await readFile(join(folder, 'tables.json'), 'utf8')) as string[];
  for (const name of tables) {
    process.stdout.write(`${await readFile(join(folder, `${name}.md`), 'utf8')}\n`);
  }
  process.stdout.write(`${folder}/report.html shows curves and pictures.\n`);
}
