import type { Command } from 'commander';
import { refreshRun } from '../../heads/refresh-run.ts';
import { sourceRun } from '../../heads/source-run.ts';
import {
  addBalancerFlags,
  balanceOf,
  balancerHelp,
  type BalancerFlags,
} from '../balancer-flags.ts';
import { typedCommand } from '../configuration-flags.ts';
import { addDataFlags, compileOptions, type DataFlags } from '../engine-flags.ts';
import { addChangeFlags, printChanged, type ChangeFlags } from './change-flags.ts';
import { addOptions } from './options.ts';
import { say } from './say.ts';

interface Flags extends ChangeFlags, DataFlags, BalancerFlags {
  readonly runs: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly set: string[];
}

/** Adds `heads refresh`: now and then, all of it. */
export function addRefreshCommand(heads: Command): void {
  const command = heads
    .command('refresh')
    .description(
      'Trains all of a trained run further, trunk and heads end to end, from where it is. Nothing stays: compare\n' +
        'the new run with the old one by heads gate.',
    );
  addDataFlags(addOptions(addBalancerFlags(addChangeFlags(command)), 'steps', 'seed', 'set'))
    .addHelpText('after', balancerHelp)
    .action(async (flags: Flags) => {
      const { from, runs, name, steps, seed, set, dataWorkers } = flags;
      const source = await sourceRun(from, runs);
      const balance = await balanceOf(flags);
      const compile = compileOptions(flags);
      const command = typedCommand();
      printChanged(
        await refreshRun({
          ...{ source, balance, runs, name, steps, seed, set, compile, dataWorkers, command, say },
        }),
      );
    });
}
