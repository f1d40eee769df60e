import { makeExperiment, Postponed, type Experiment } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { keptConfig } from '../config/kept.ts';
import { main, type Paper } from '../papers/contents.ts';
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
import { addExecutorFlags, executorOf, type ExecutorFlags } from './executor-flags.ts';
import { tableText } from './table-text.ts';
import { runsOption, runsPlace, scratchOption } from './runs-place.ts';

interface Flags extends EngineFlags, DataFlags, ConfigurationFlags, ExecutorFlags {
  runs: string;
  scratch?: string;
  name?: string;
}

const again =
  'Continues where an earlier run stopped; a run that another figure has made is not repeated.';

/** Adds the command of a table or figure. */
export async function addExperimentCommand(
  place: Command,
  paper: Paper,
  entry: Entry,
): Promise<void> {
  const experiment = await entry.load();
  const command = place.command(entry.name).description(`${entry.summary}\n${again}`);
  experiment.addFlags?.(command);
  addRunFlags(command, folderName(paper, entry)).action(async (flags: Flags) => {
    await made(experiment, flags, flags.name ?? folderName(paper, entry, flags));
  });
}

/** Adds `all`: every table and figure of the main paper. */
export function addAllCommand(program: Command): void {
  const all = program
    .command('all')
    .description(`Every table and figure of ${main.title}, one after the other.\n${again}`);
  addRunFlags(all).action(async (flags: Flags) => {
    const { mainExperiments } = await import('../papers/index.ts');
    for (const experiment of mainExperiments) {
      await made(experiment, flags, folderName(main, experiment, flags));
    }
  });
}

/** Folder of an experiment's tables; without flags, as the help has it. */
function folderName(paper: Paper, { name }: Pick<Entry, 'name'>, flags?: Flags): string {
  const own = paper === main ? name : `${paper.name}-${name}`;
  return `${own}-${flags ? groupOf(flags) : '<profile>'}`;
}

function addRunFlags(command: Command, name?: string): Command {
  addConfigurationFlags(command)
    .addOption(runsOption('where all runs are kept'))
    .addOption(scratchOption());
  if (name) command.option('--name <name>', `folder of the tables inside it (default: ${name})`);
  return addDataFlags(addEngineFlags(addExecutorFlags(command)));
}

async function made(experiment: Experiment, flags: Flags, name: string): Promise<void> {
  const config = await configurationOf(flags);
  const { jobs, dataWorkers } = flags;
  let isWritten = false;
  const { folder: runs, remote } = await runsPlace(flags);
  const executor = await executorOf(flags, { runs: flags.runs, ...(remote && { remote }) });
  const making = makeExperiment({
    experiment,
    program: programOf(experiment),
    ...{ config, name, runs, executor, jobs, dataWorkers },
    kept: keptConfig(config),
    flags: flags as unknown as Readonly<Record<string, string | undefined>>,
    compile: compileOptions(flags),
    grids: config.strips,
    command: typedCommand(),
    onMade(tables, written) {
      isWritten = written;
      for (const table of tables) process.stdout.write(`${tableText(table)}\n`);
    },
  });
  const folder = await making.catch((cause: unknown) => {
    if (!(cause instanceof Postponed)) throw cause;
    process.stdout.write(cause.message);
    return undefined;
  });
  if (folder === undefined) return;
  if (isWritten) process.stdout.write(`${folder}/report.html shows curves and pictures.\n`);
}
