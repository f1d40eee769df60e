import type { Command } from 'commander';
import { composeRun } from '../../heads/compose-run.ts';
import { assertHead, assertSameTrunk, sourceRun, taskNamed } from '../../heads/source-run.ts';
import { trainHead } from '../../heads/train-head.ts';
import { typedCommand } from '../configuration-flags.ts';
import { compileOptions } from '../engine-flags.ts';
import { addTrainFlags, printChanged, type TrainFlags } from './change-flags.ts';
import { addOptions } from './options.ts';
import { say } from './say.ts';
import { trainOptions } from './tune.ts';

interface Flags extends TrainFlags {
  headOf?: string;
}

/** Adds `heads add`: a new head on a trained trunk. */
export function addAddCommand(heads: Command): void {
  const command = heads
    .command('add <head>')
    .description(
      'A new head on the trunk of a trained run, trained alone on the trunk’s kept features; or one\n' +
        'that another run has trained on the same trunk (--head-of), with nothing trained.',
    );
  addTrainFlags(addOptions(command, 'head-of')).action(async (head: string, flags: Flags) => {
    const source = await sourceRun(flags.from, flags.runs);
    const { tasks } = source.description;
    if (tasks.includes(head)) {
      throw new Error(
        `${source.folder}: has a head ${head} already; heads tune trains it further, heads replace anew`,
      );
    }
    taskNamed(head, source);
    const all = [...tasks, head];
    if (flags.headOf === undefined) {
      printChanged(
        await trainHead({
          ...(await trainOptions(flags)),
          source,
          head,
          isFresh: true,
          heads: all,
        }),
      );
      return;
    }
    printChanged(await taken(flags, { head, heads: all }));
  });
}

/** A run with a head of another one, on the same trunk. */
export async function taken(
  flags: Flags,
  { head, heads }: { readonly head: string; readonly heads: readonly string[] },
) {
  const { runs, name, owner, headOf = '' } = flags;
  const source = await sourceRun(flags.from, runs);
  const run = await sourceRun(headOf, runs);
  assertHead(run, head);
  assertSameTrunk(source, run, head);
  return composeRun({
    ...{ source, heads, runs, name, say, taken: { head, run } },
    ...(owner !== undefined && { owner: { head, text: owner } }),
    compile: compileOptions(flags),
    command: typedCommand(),
  });
}
