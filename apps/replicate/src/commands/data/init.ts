import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { assertFree, writeAtomically } from '@scene-mtl/data/files';
import {
  describeByPreset,
  DESCRIPTION,
  guessDescription,
  openDescribed,
  presets,
  printable,
  readAsItIs,
  SPLITS,
  type GuessedDescription,
} from '@scene-mtl/datasets';
import { shellWords } from '@scene-mtl/data';
import { INVOCATION } from '../../config/invocation.ts';

/** Adds `data init`: a first description of a folder of one's own data. */
export function addInitCommand(data: Command): void {
  data
    .command('init')
    .description(
      `look at a folder of your own images and labels and write a first ${DESCRIPTION} with what it seems to hold;\n` +
        'says why, line by line: read it, and correct names, units and scales (docs/data-sets.md);\n' +
        `known as they are unpacked: ${presets.map(({ name }) => name).join(', ')}`,
    )
    .argument('<dir>', 'a folder with photographs and labels whose files have the same names')
    .option('--preset <name>', `how the folder was published; ${NONE}: guess, whatever it is`)
    .option('--force', `replace a ${DESCRIPTION} that is there`)
    .action(async (root: string, options: InitOptions) => {
      for (const line of await initData(root, options)) console.log(printable(line));
    });
}

/** Name of no preset. */
const NONE = 'none';

/** What `data init` is told. */
export interface InitOptions {
  /** Replaces a description that is there. */
  readonly force?: boolean;
  /** Name of a preset, or `none` for a guess; absent: the preset that knows the folder, else a guess. */
  readonly preset?: string;
}

/**
 * Writes a first description of a folder: that of the preset that knows it, else what it seems to hold.
 * @returns what was taken for what and why, and what to do next, a line each
 * @throws where there is one already, or nothing to describe; nothing is written then
 */
export async function initData(
  root: string,
  { force = false, preset }: InitOptions = {},
): Promise<string[]> {
  const file = join(root, DESCRIPTION);
  await assertFree([file], force);
  const typed = shellWords([root]);
  const known = preset === NONE ? undefined : await knownBy(root, preset);
  if (!known && preset === undefined) {
    const what = readAsItIs(new Set(await readdir(root)));
    if (what !== undefined) {
      return [
        `${root}: ${what}, which is read as it is and needs no ${DESCRIPTION}; nothing written (--preset ${NONE} guesses one)`,
        `  ${INVOCATION} data check ${typed}`,
      ];
    }
  }
  const { description, reasons } = known ?? (await guessDescription(root));
  await writeAtomically(file, `${JSON.stringify(description, undefined, 2)}\n`);
  // What it says can only be read with it: an error now names what to mend in the file.
  const dataset = await openDescribed(root);
  const counts = SPLITS.map((split) => `${split} ${dataset.list(split).length}`).join(', ');
  return [
    ...reasons,
    `${file}: ${basename(resolve(root))}, ${counts} frames; read it and correct what is wrong, then:`,
    `  ${INVOCATION} data check ${typed}`,
    `  ${INVOCATION} table1 --profile smoke --data ${typed}`,
  ];
}

async function knownBy(root: string, name?: string): Promise<GuessedDescription | undefined> {
  const known = await describeByPreset(root, name);
  if (!known) return undefined;
  const { preset, others, description, reasons } = known;
  const also = others.map((other) => `${other.title}: --preset ${other.name}`);
  return {
    description,
    reasons: [
      `${preset.name}: ${preset.title}, known by its files (--preset ${NONE} guesses instead)`,
      ...also.map((line) => `fits too: ${line}`),
      ...reasons,
    ],
  };
}
