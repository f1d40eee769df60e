import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { assertFree, writeAtomically } from '@scene-mtl/data/files';
import {
  DESCRIPTION,
  guessDescription,
  openDescribed,
  printable,
  SPLITS,
} from '@scene-mtl/datasets';
import { shellWords } from '@scene-mtl/data';
import { INVOCATION } from '../../config/invocation.ts';

/** Adds `data init`: a first description of a folder of one's own data. */
export function addInitCommand(data: Command): void {
  data
    .command('init')
    .description(
      `look at a folder of your own images and labels and write a first ${DESCRIPTION} with what it seems to hold;\n` +
        'says why, line by line: read it, and correct names, units and scales (docs/data-sets.md)',
    )
    .argument('<dir>', 'a folder with photographs and labels whose files have the same names')
    .option('--force', `replace a ${DESCRIPTION} that is there`)
    .action(async (root: string, { force }: { force?: true }) => {
      for (const line of await initData(root, force)) console.log(printable(line));
    });
}

/**
 * Writes a first description of a folder.
 * @returns what was guessed and why, and what to do next, a line each
 * @throws where there is one already, or nothing to describe; nothing is written then
 */
export async function initData(root: string, force = false): Promise<string[]> {
  const file = join(root, DESCRIPTION);
  await assertFree([file], force);
  const { description, reasons } = await guessDescription(root);
  await writeAtomically(file, `${JSON.stringify(description, undefined, 2)}\n`);
  // What it says can only be read with it: an error now names what to mend in the file.
  const dataset = await openDescribed(root);
  const counts = SPLITS.map((split) => `${split} ${dataset.list(split).length}`).join(', ');
  const typed = shellWords([root]);
  return [
    ...reasons,
    `${file}: ${basename(resolve(root))}, ${counts} frames; read it and correct what is wrong, then:`,
    `  ${INVOCATION} data check ${typed}`,
    `  ${INVOCATION} table1 --profile smoke --data ${typed}`,
  ];
}
