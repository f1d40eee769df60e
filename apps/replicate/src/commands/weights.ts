import type { Command } from 'commander';
import { readCard, type Card } from '../weights/card.ts';
import { packWeights } from '../weights/pack.ts';
import { shippedWeights, weightsFolder } from '../weights/place.ts';
import { addEngineFlags, compileOptions, type EngineFlags } from './engine-flags.ts';
import { folderPath } from './path.ts';
import { addPluginFlag } from './plugin-flag.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags extends EngineFlags {
  run: string;
  out: string;
  about: string;
  terms: string;
  data?: string;
  resamples: number;
  force?: true;
}

/** Adds `replicate weights`: those that come with this package, and the making of others. */
export function addWeightsCommands(program: Command): void {
  const place = program
    .command('weights')
    .description(
      'Networks to predict with, without training: predict, evaluate and export take them by --weights.',
    );
  place
    .command('list')
    .description('The weights that come with this package, with what they are and their terms.')
    .action(async () => {
      const names = shippedWeights();
      if (names.length === 0) process.stdout.write('none come with it\n');
      for (const name of names) {
        process.stdout.write(`${cardLines(await readCard(await weightsFolder(name)))}\n`);
      }
    });
  const pack = place
    .command('pack')
    .description(
      'Makes a folder of weights to hand on from a finished run: float16, without what only training needs,\n' +
        'with a card. It is measured on validation and test data as rounded and as it was.',
    )
    .requiredOption('--run <dir>', 'folder of the run, whose last checkpoint is taken', folderPath)
    .requiredOption(
      '--out <dir>',
      'folder that is made; its name is that of the weights',
      folderPath,
    )
    .requiredOption('--about <text>', 'for the card: one sentence on what they predict')
    .requiredOption('--terms <text>', 'for the card: under what they may be used')
    .option('--data <root>', 'the data, where they are not where the run had them')
    .option(
      '--resamples <n>',
      'of the frames, for the 95 % intervals over them; 0: no intervals',
      wholeNumber(0),
      1000,
    )
    .option('--force', 'replace weights that are there');
  addEngineFlags(addPluginFlag(pack)).action(async (flags: Flags) => {
    const card = await packWeights({ ...flags, compile: compileOptions(flags) });
    process.stdout.write(`${cardLines(card)}\n${flags.out}\n`);
  });
}

const cardLines = ({ name, about, tasks, size, bytes, terms }: Card): string =>
  [
    `${name}: ${about}`,
    `  ${tasks.join(', ')}; ${size.height}×${size.width} px; ${(bytes / 1e6).toFixed(1)} MB`,
    `  terms: ${terms}`,
  ].join('\n');
