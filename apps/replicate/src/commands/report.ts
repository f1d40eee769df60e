import { writeAtomically } from '@scene-mtl/data/files';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { progressLine } from '@scene-mtl/lab';
import { experiments } from '../papers/index.ts';
import { publish, publishedGroups } from '../results/published.ts';
import { parseVariant } from '../results/variant.ts';
import { resultsFiles } from '../results/files.ts';
import { FIGURES } from '../results/markdown.ts';
import { scenes } from '../scenes/program.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  type ConfigurationFlags,
} from './configuration-flags.ts';

interface PublishFlags extends ConfigurationFlags {
  runs: string;
  out: string;
  also?: string[];
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
    .option(
      '--also <item and flags...>',
      'show an item once more with flags of its own, e.g. "table1 --tune-rates 0.05,0.1,0.2"\n(default: as published before)',
    )
    .action(async (flags: PublishFlags) => {
      const variants = flags.also?.map((text) => parseVariant(text, experiments));
      const config = await configurationOf(flags);
      const session = scenes.start({ runs: flags.runs, line: progressLine() });
      const { data, fingerprint = null } = await session.open(config);
      const trivial = await session.trivial?.(config);
      const folder = join(flags.out, groupOf(flags));
      const count = await publish({
        folder,
        root: join(flags.runs, 'trained'),
        items: experiments,
        profile: flags.profile,
        config,
        data: { ...data, ...(trivial && { trivial }) },
        found: fingerprint,
        flags: typedFlags(flags),
        ...(variants && { variants }),
      });
      process.stdout.write(`${folder}: ${count} runs\n`);
    });
  program
    .command('report')
    .description('RESULTS.md, its figures and results/report.html, from published results.')
    .option('--results <dir>', 'folder of published results', 'results')
    .option('--out <dir>', 'folder that gets RESULTS.md and results/', '.')
    .action(async (flags: { results: string; out: string }) => {
      const files = await resultsFiles(await publishedGroups(flags.results, experiments));
      for (const { path, content } of files) await writeAtomically(join(flags.out, path), content);
      await removeOthers(
        join(flags.out, FIGURES),
        new Set(files.map(({ path }) => basename(path))),
      );
      process.stdout.write(`${join(flags.out, 'RESULTS.md')}\n`);
    });
}

/** Figures that no item draws any more would stay, committed, beside those that are. */
async function removeOthers(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  for (const name of names)
    if (/\.(svg|png)$/.test(name) && !kept.has(name)) await rm(join(folder, name));
}

/** What chose the data and changed the profile, as one types it; a folder by its kind alone. */
const typedFlags = ({ profile, set, data, pretrained }: PublishFlags): string =>
  [
    `--profile ${profile}`,
    ...(data === undefined ? [] : ['--data ROOT']),
    ...(pretrained === undefined ? [] : ['--pretrained DIR']),
    ...(set.length > 0 ? [`--set ${set.join(' ')}`] : []),
  ].join(' ');
