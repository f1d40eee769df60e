import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { makeItem } from '../experiment/make-item.ts';
import type { Item } from '../experiment/item.ts';
import { items } from '../items/index.ts';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  positiveNumber,
  type DataFlags,
  type EngineFlags,
} from '../run/engine-flags.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  typedCommand,
  type ConfigurationFlags,
} from './configuration-flags.ts';

interface Flags extends EngineFlags, DataFlags, ConfigurationFlags {
  runs: string;
  name?: string;
  jobs: number;
}

const again =
  'Continues where an earlier run stopped; a run that another figure has made is not repeated.';

/** Adds one command per table and figure, and `all`. `table1` is the default. */
export function addItemCommands(program: Command): void {
  for (const item of items) {
    const command = program
      .command(item.name, { isDefault: item.name === 'table1' })
      .description(`${item.summary}\n${again}`);
    item.addFlags?.(command);
    addRunFlags(command, `${item.name}-<profile>`).action(async (flags: Flags) => {
      await printed(await made(item, flags, flags.name));
    });
  }
  const all = program
    .command('all')
    .description(`Every table and figure, one after the other.\n${again}`);
  addRunFlags(all).action(async (flags: Flags) => {
    for (const item of items) await printed(await made(item, flags, undefined));
  });
}

function addRunFlags(command: Command, name?: string): Command {
  addConfigurationFlags(command).option('--runs <dir>', 'folder of all runs', 'runs');
  if (name) command.option('--name <name>', `folder of the tables inside it (default: ${name})`);
  command.option('--jobs <n>', 'runs at a time, sharing the cores', positiveNumber, 1);
  return addDataFlags(addEngineFlags(command));
}

async function made(item: Item, flags: Flags, name: string | undefined): Promise<string> {
  return makeItem({
    item,
    config: await configurationOf(flags),
    flags: flags as unknown as Readonly<Record<string, string | undefined>>,
    runs: flags.runs,
    name: name ?? `${item.name}-${groupOf(flags)}`,
    jobs: flags.jobs,
    compile: compileOptions(flags),
    dataWorkers: flags.dataWorkers,
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
