import { InvalidArgumentError, type Command } from 'commander';
import { assertFree, writeAtomically } from '@scene-mtl/data/files';
import { networkOfRun } from '../../heads/show-network.ts';
import { treeSvg } from '../../heads/tree-svg.ts';
import { treeText } from '../../heads/tree-text.ts';
import { filePath, folderPath } from '../path.ts';
import { addOptions } from './options.ts';
import { say } from './say.ts';

interface Flags {
  run: string;
  owner: Record<string, string>;
  data?: string;
  out?: string;
  force?: true;
  json?: true;
}

const owner = (text: string, known: Record<string, string>): Record<string, string> => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected head=owner, e.g. depth="Anna, perception".');
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
};

/** Adds `heads show`: the tree of a run's network, kept in its `network.json`. */
export function addShowCommand(heads: Command): void {
  const command = heads
    .command('show')
    .description(
      'The tree of a network: trunk, groups, heads; who answers for each, what it learned from, what\n' +
        'it costs. It is kept as network.json in the folder of the run, and made where there is none.',
    )
    .requiredOption('--run <dir>', 'folder of the run', folderPath)
    .option('--owner <head=text>', 'who answers for a head; repeatable', owner, {})
    .option('--out <file.svg>', 'draw the tree', filePath);
  addOptions(command, 'data', 'plugin', 'force', 'json').action(
    async ({ run, owner: owners, data, out, force, json }: Flags) => {
      if (out !== undefined) await assertFree([out], force);
      const file = await networkOfRun({ run, owners, data, say });
      process.stdout.write(json ? `${JSON.stringify(file, null, 2)}\n` : treeText(file));
      if (out === undefined) return;
      await writeAtomically(out, treeSvg(file));
      process.stdout.write(`${out}\n`);
    },
  );
}
