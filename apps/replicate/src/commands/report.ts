import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shellWords } from '@scene-mtl/data';
import {
  assertFolderName,
  parseVariant,
  progressLine,
  resultsFiles,
  resultsHtml,
  slugOf,
  writeOwn,
  writePage,
} from '@scene-mtl/lab';
import type { Command } from 'commander';
import { readRgb, smallPng } from '../measure/small-png.ts';
import { withoutPaper } from '../papers/contents.ts';
import { experiments } from '../papers/index.ts';
import { publishedGroups, publishGroup } from '../results/published.ts';
import { restoreGroup } from '../results/restore.ts';
import { texts } from '../results/texts.ts';
import { scenes } from '../scenes/program.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  type ConfigurationFlags,
} from './configuration-flags.ts';
import { filePath, folderPath } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';

interface PublishFlags extends ConfigurationFlags {
  runs: string;
  out: string;
  also?: string[];
  force?: boolean;
}

interface ReportFlags {
  results: string;
  out: string;
  html?: string;
  force?: boolean;
}

/** Adds `replicate publish`, `replicate restore` and `replicate report`. */
export function addReportCommands(program: Command): void {
  const command = program
    .command('publish')
    .description(
      'Puts what tables and figures need of finished runs, a line a run, into a folder that is committed.\n`report` makes RESULTS.md from it. Runs that are published already and not here any more stay.',
    );
  addConfigurationFlags(command)
    .option('--runs <dir>', 'folder of all runs', folderPath, 'runs')
    .option('--out <dir>', 'folder of published results', folderPath, 'results')
    .option(
      '--also <experiment and flags...>',
      'show an experiment once more with flags of its own, e.g. "table1 --tune-rates 0.05,0.1,0.2"\n(default: as published before)',
    )
    .option('--force', 'replace what is no group of results, drop runs that no experiment asks for')
    .action(async (flags: PublishFlags) => {
      const changes = flags.set.filter((change) => !change.startsWith('seeds='));
      const group = [groupOf(flags), ...changes.map(slugOf)].join('-');
      assertFolderName(group);
      const folder = join(flags.out, group);
      const variants = flags.also?.map((text) =>
        parseVariant(withoutPaper(text.trim().split(/\s+/)).join(' '), experiments),
      );
      const config = await configurationOf(flags);
      if (!existsSync(join(flags.runs, 'trained')) && !existsSync(folder)) {
        throw new Error(
          `--runs ${flags.runs}: no runs in it (trained/), and none are published in ${folder}; give the folder in which they were made`,
        );
      }
      const session = scenes.start({ runs: flags.runs, line: progressLine() });
      const { data, fingerprint = null } = await session.open(config);
      const trivial = await session.trivial?.(config);
      const count = await publishGroup({
        folder,
        root: join(flags.runs, 'trained'),
        experiments,
        profile: flags.profile,
        config,
        data: { ...data, ...(trivial && { trivial }) },
        fingerprint,
        changes,
        flags: typedFlags(flags, changes),
        ...(variants && { variants }),
        force: flags.force ?? false,
      });
      process.stdout.write(`${folder}: ${count} runs\n`);
    });
  program
    .command('restore')
    .description(
      'Puts published runs back into the folder of runs, as finished ones: experiments that need them take their\nnumbers and train only what is missing. Weights are not published: `predict` and the like need a training.',
    )
    .argument('<group>', 'folder of published results, e.g. results/quick', folderPath)
    .option('--runs <dir>', 'folder of all runs', folderPath, 'runs')
    .action(async (group: string, { runs }: { runs: string }) => {
      const root = join(runs, 'trained');
      const { runs: all, made } = await restoreGroup(group, root, group);
      const rest = all > made ? `, ${all - made} were there` : '';
      process.stdout.write(`${root}: ${made} of ${all} runs put back${rest}\n`);
    });
  addPluginFlag(program.command('report'))
    .description(
      'RESULTS.md and a page for each experiment under results/, from published results; with --html one page\nthat has every table, curve and picture instead.',
    )
    .option('--results <dir>', 'folder of published results', folderPath, 'results')
    .option('--out <dir>', 'folder that gets RESULTS.md and results/', folderPath, '.')
    .option('--html <file>', 'write this file alone', filePath)
    .option('--force', 'replace files that this command did not write, or that were changed since')
    .action(async ({ results, out, html, force }: ReportFlags) => {
      const groups = await publishedGroups(results, experiments);
      if (groups.length === 0) {
        throw new Error(`--results ${results}: no published group in it; \`publish\` makes one`);
      }
      if (html === undefined) {
        const codec = { read: readRgb, write: smallPng };
        await writeOwn(out, await resultsFiles(groups, texts, codec), force);
      } else {
        await writePage(html, await resultsHtml(groups, texts), force);
      }
      process.stdout.write(`${html ?? join(out, 'RESULTS.md')}\n`);
    });
}

/** What chose the data and changed the profile but for the seeds, as one types it; a folder by its kind alone. */
const typedFlags = (
  { profile, data, frames, pretrained, plugin }: PublishFlags,
  changes: readonly string[],
): string =>
  [
    `--profile ${profile}`,
    ...(data === undefined ? [] : ['--data ROOT']),
    ...(frames === undefined ? [] : [`--frames ${frames}`]),
    ...(pretrained === undefined ? [] : ['--pretrained DIR']),
    ...plugin.map((module) => `--plugin ${shellWords([module])}`),
    ...(changes.length > 0 ? [`--set ${shellWords([...changes])}`] : []),
  ].join(' ');
