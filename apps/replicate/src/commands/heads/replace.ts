import type { Command } from 'commander';
import { assertHead, sourceRun, taskNamed } from '../../heads/source-run.ts';
import { trainHead } from '../../heads/train-head.ts';
import { taken } from './add.ts';
import { addTrainFlags, printChanged, type TrainFlags } from './change-flags.ts';
import { addOptions } from './options.ts';
import { trainOptions } from './tune.ts';

interface Flags extends TrainFlags {
  headOf?: string;
  with?: string;
}

/** Adds `heads replace`: a head anew, or another one in its place. */
export function addReplaceCommand(heads: Command): void {
  const command = heads
    .command('replace <head>')
    .description(
      'A head of a trained run from fresh weights, or another task in its place (--with), trained alone\n' +
        'on the trunk’s kept features; or the head of a run with the same trunk (--head-of).',
    )
    .option('--with <task>', 'the task that takes its place (default: the same)');
  addTrainFlags(addOptions(command, 'head-of')).action(async (head: string, flags: Flags) => {
    const source = await sourceRun(flags.from, flags.runs);
    assertHead(source, head);
    const next = flags.with ?? head;
    const { tasks } = source.description;
    if (next !== head && tasks.includes(next)) {
      throw new Error(`--with ${next}: ${source.folder} has that head already; remove ${head}`);
    }
    taskNamed(next, source);
    const all = tasks.map((task) => (task === head ? next : task));
    const options = {
      ...(await trainOptions(flags)),
      source,
      head: next,
      isFresh: true,
      heads: all,
    };
    printChanged(
      flags.headOf === undefined
        ? await trainHead(options)
        : await taken(flags, { head: next, heads: all }),
    );
  });
}
