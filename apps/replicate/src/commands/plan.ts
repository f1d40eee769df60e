import { join } from 'node:path';
import { toMarkdown } from '@scene-mtl/eval';
import type { Command } from 'commander';
import type { Item } from '../experiment/item.ts';
import { distinctJobs } from '../experiment/jobs.ts';
import { planOf } from '../experiment/plan.ts';
import { resultsIn } from '../experiment/results.ts';
import { openWorkspace, summaryWithoutData } from '../experiment/workspace.ts';
import { items } from '../items/index.ts';
import { duration, progressLine } from '../run/progress.ts';
import {
  addConfigurationFlags,
  configurationOf,
  type ConfigurationFlags,
} from './configuration-flags.ts';

interface Flags extends ConfigurationFlags {
  runs: string;
}

/** Adds `replicate plan`: what an item would run, and how long it would take. */
export function addPlanCommand(program: Command): void {
  const plan = program
    .command('plan')
    .description('What a table or figure would train, what is there already, and the time left.');
  for (const item of items) {
    const command = plan.command(item.name).description(item.summary);
    item.addFlags?.(command);
    addPlanFlags(command).action((flags: Flags) => print([item], flags));
  }
  const all = plan.command('all').description('Every table and figure.');
  addPlanFlags(all).action((flags: Flags) => print(items, flags));
}

const addPlanFlags = (command: Command): Command =>
  addConfigurationFlags(command).option('--runs <dir>', 'folder of all runs', 'runs');

async function print(wanted: readonly Item[], flags: Flags): Promise<void> {
  const config = await configurationOf(flags);
  const { data, found } =
    config.data.source === 'generated'
      ? { data: summaryWithoutData(config), found: undefined }
      : await openWorkspace(config, flags.runs, progressLine());
  const root = join(flags.runs, 'trained');
  const results = resultsIn(root, found);
  const asked = wanted.map((item) => {
    const options = item.options(flags as unknown as Readonly<Record<string, string | undefined>>);
    const context = { config, data, options };
    return { runs: item.runs(context, results), later: item.undecided?.(context, results) ?? 0 };
  });
  const jobs = distinctJobs(
    asked.flatMap(({ runs }) => runs),
    found,
  );
  const later = asked.reduce((sum, item) => sum + item.later, 0);
  const { table, missing, seconds } = planOf(jobs, results, root, found);
  const time =
    seconds === undefined
      ? 'no finished run of such a network tells how long that takes'
      : `about ${duration(seconds)} with one run at a time`;
  const then = later > 0 ? ` Then ${later} more, which these decide.` : '';
  process.stdout.write(
    `${toMarkdown(table)}\n${missing} of ${jobs.length} runs to do, ${time}.${then}\n`,
  );
}
