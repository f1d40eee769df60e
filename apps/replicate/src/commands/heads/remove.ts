import type { Command } from 'commander';
import { composeRun } from '../../heads/compose-run.ts';
import { assertHead, sourceRun } from '../../heads/source-run.ts';
import { typedCommand } from '../configuration-flags.ts';
import { compileOptions } from '../engine-flags.ts';
import { addChangeFlags, printChanged, type ChangeFlags } from './change-flags.ts';
import { say } from './say.ts';

/** Adds `heads remove`: a run without one of its heads. */
export function addRemoveCommand(heads: Command): void {
  const command = heads
    .command('remove <head>')
    .description('A trained run without one of its heads; nothing is trained, all others stay.');
  addChangeFlags(command).action(async (head: string, flags: ChangeFlags) => {
    const { runs, name } = flags;
    const source = await sourceRun(flags.from, runs);
    assertHead(source, head);
    const left = source.description.tasks.filter((task) => task !== head);
    if (left.length === 0) {
      throw new Error(`${source.folder}: ${head} is its only head; a network needs one`);
    }
    printChanged(
      await composeRun({
        ...{ source, heads: left, runs, name, say },
        compile: compileOptions(flags),
        command: typedCommand(),
      }),
    );
  });
}
