import { join } from 'node:path';
import { assertFree, writeTogether } from '@scene-mtl/data/files';
import type { Command } from 'commander';
import { comparedRuns, differencesOf, type ComparedRuns } from '../compare/arms.ts';
import { comparedCharts, MOST_CURVES } from '../compare/charts.ts';
import { storedRuns } from '../compare/stored-runs.ts';
import { differencesTable, meansTable } from '../compare/tables.ts';
import { folderPath } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';
import { tableText } from './table-text.ts';

/** Adds `replicate compare`: finished runs beside each other. */
export function addCompareCommand(program: Command): void {
  addPluginFlag(program.command('compare'))
    .description(
      'Finished runs beside each other: mean ± sd over seeds, a paired test against the first where seeds match,\n' +
        'and what differs between them.',
    )
    .argument('<run...>', 'folders of runs, or folders that hold some')
    .option(
      '--out <dir>',
      'write compare.md and a plot of each loss, weight and σ² there',
      folderPath,
    )
    .option('--force', 'replace files that are there')
    .action(async (places: string[], { out, force }: { out?: string; force?: boolean }) => {
      const runs = await storedRuns(places, (folder) => {
        process.stderr.write(`${folder}: not finished; left out\n`);
      });
      const sets = comparedRuns(runs);
      const text = textOf(sets);
      process.stdout.write(text);
      if (out === undefined) return;
      const charts = await comparedCharts(sets);
      const pictures = charts.map(({ name }) => `![${name}](${name}.svg)\n`);
      const left = sets.length - MOST_CURVES;
      const note = left > 0 ? [`Plots: the first ${MOST_CURVES} alone, ${left} left out.\n`] : [];
      const files = [
        [join(out, 'compare.md'), [text, ...note, ...pictures].join('\n')],
        ...charts.map(({ name, svg }) => [join(out, `${name}.svg`), svg] as const),
      ] as const;
      await assertFree(
        files.map(([file]) => file),
        force,
      );
      await writeTogether(files);
      for (const line of note) process.stdout.write(`\n${line}`);
      process.stdout.write(`\n${out}\n`);
    });
}

/** Tables and what differs. */
function textOf(sets: readonly ComparedRuns[]): string {
  const paired = differencesTable(sets);
  const differ = differencesOf(sets).map(
    ({ key, values }) => `- ${key}: ${values.map((v, i) => `${sets[i].name} ${v}`).join('; ')}`,
  );
  return [
    tableText(meansTable(sets)),
    ...(paired ? [tableText(paired)] : []),
    ...(differ.length > 0 ? [`What differs:\n\n${differ.join('\n')}\n`] : []),
  ].join('\n');
}
