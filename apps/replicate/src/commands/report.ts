import { join } from 'node:path';
import type { Command } from 'commander';
import { openWorkspace } from '../experiment/workspace.ts';
import { tasksOf } from '../assemble.ts';
import { items } from '../items/index.ts';
import { publish, publishedGroups } from '../results/published.ts';
import { resultsFiles } from '../results/files.ts';
import { writeWhole } from '../run/files.ts';
import { progressLine } from '../run/progress.ts';
import { trivialMetrics } from '../train/trivial.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  type ConfigurationFlags,
} from './configuration-flags.ts';

interface PublishFlags extends ConfigurationFlags {
  runs: string;
  out: string;
}

/** Adds `replicate publish` and `replicate report`. */
export function addReportCommands(program: Command): void {
  const command = program
    .command('publish')
    .description(
      'Copies the small files of finished runs, from which tables and figures are made, into a folder\nthat is committed. `report` makes RESULTS.md from it.',
    );
  addConfigurationFlags(command)
    .option('--runs <dir>', 'folder of all runs', 'runs')
    .option('--out <dir>', 'folder of published results', 'results')
    .action(async (flags: PublishFlags) => {
      const config = await configurationOf(flags);
      const { root, data, dataset, found } = await openWorkspace(
        config,
        flags.runs,
        progressLine(),
      );
      const trivial = await trivialMetrics(dataset, Object.values(tasksOf(dataset)), config.size);
      const folder = join(flags.out, groupOf(flags));
      const count = await publish({
        folder,
        root,
        items,
        profile: flags.profile,
        config,
        data: { ...data, trivial },
        found: found ?? null,
        flags: typedFlags(flags),
      });
      process.stdout.write(`${folder}: ${count} runs\n`);
    });
  program
    .command('report')
    .description('RESULTS.md, its figures and results/report.html, from published results.')
    .option('--results <dir>', 'folder of published results', 'results')
    .option('--out <dir>', 'folder that gets RESULTS.md and results/', '.')
    .action(async (flags: { results: string; out: string }) => {
      const files = await resultsFiles(await publishedGroups(flags.results, items));
      for (const { path, content } of files) await writeWhole(join(flags.out, path), content);
      process.stdout.write(`${join(flags.out, 'RESULTS.md')}\n`);
    });
}

/** What chose the data and changed the profile, as one types it; a folder by its kind alone. */
const typedFlags = ({ profile, set, data, pretrained }: PublishFlags): string =>
  [
    `--profile ${profile}`,
    ...(data === undefined ? [] : ['--data ROOT']),
    ...(pretrained === undefined ? [] : ['--pretrained DIR']),
    ...(set.length > 0 ? [`--set ${set.join(' ')}`] : []),
  ].join(' ');
