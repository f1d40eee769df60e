import { join } from 'node:path';
import { toMarkdown } from '@scene-mtl/eval';
import { Argument, type Command } from 'commander';
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
  const command = program
    .command('plan')
    .description('What a table or figure would train, what is there already, and the time left.')
    .addArgument(
      new Argument('<item>', 'which').choices([...items.map(({ name }) => name), 'all']),
    );
  addConfigurationFlags(command)
    .option('--runs <dir>', 'folder of all runs', 'runs')
    .action(async (name: string, flags: Flags) => {
      const config = await configurationOf(flags);
      const { data, found } =
        config.data.source === 'generated'
          ? { data: summaryWithoutData(config), found: undefined }
          : await openWorkspace(config, flags.runs, progressLine());
      const root = join(flags.runs, 'trained');
      const results = resultsIn(root, found);
      const wanted = items.filter((item) => name === 'all' || item.name === name);
      const runs = wanted.flatMap((item) =>
        item.runs({ config, data, options: item.options({}) }, results),
      );
      const jobs = distinctJobs(runs, found);
      const plan = planOf(jobs, results, root, found);
      const time =
        plan.seconds === undefined
          ? 'no finished run of such a network tells how long that takes'
          : `about ${duration(plan.seconds)} with one run at a time`;
      process.stdout.write(
        `${toMarkdown(plan.table)}\n${plan.missing} of ${jobs.length} runs to do, ${time}.\n`,
      );
    });
}
