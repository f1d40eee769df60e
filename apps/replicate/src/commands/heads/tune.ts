import type { Command } from 'commander';
import { assertHead, sourceRun } from '../../heads/source-run.ts';
import { trainHead } from '../../heads/train-head.ts';
import { loadPlugins } from '../../plugins/load.ts';
import { typedCommand } from '../configuration-flags.ts';
import { compileOptions } from '../engine-flags.ts';
import { addTrainFlags, printChanged, type TrainFlags } from './change-flags.ts';
import { say } from './say.ts';

/** Adds `heads tune`: one head trained further, all else as it was. */
export function addTuneCommand(heads: Command): void {
  const command = heads
    .command('tune <head>')
    .description(
      'Trains one head of a trained run further. The trunk is frozen, what it gives for each image is\n' +
        'computed once and kept, and the outputs of all other heads are proved to be the same bits. The\n' +
        'new run is a whole one: evaluate, predict and export take it. The same command goes on.',
    );
  addTrainFlags(command).action(async (head: string, flags: TrainFlags) => {
    const source = await sourceRun(flags.from, flags.runs);
    assertHead(source, head);
    const changed = await trainHead({
      ...(await trainOptions(flags)),
      ...{ source, head, isFresh: false, heads: source.description.tasks },
    });
    printChanged(changed);
  });
}

/** What the flags say of a training. */
export const trainOptions = async (flags: TrainFlags) => ({
  unfreeze: flags.unfreeze,
  features: flags.cacheType,
  featureBytes: flags.cacheSize,
  set: flags.set,
  plugins: await loadPlugins(flags.plugin),
  steps: flags.steps,
  seed: flags.seed,
  owner: flags.owner,
  runs: flags.runs,
  name: flags.name,
  compile: compileOptions(flags),
  dataWorkers: flags.dataWorkers,
  command: typedCommand(),
  say,
});
