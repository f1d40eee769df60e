import { toMarkdown } from '@scene-mtl/eval';
import { json } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { ledgerOf, ledgerTable } from '../../ledger/ledger.ts';
import type { CheckpointChoice } from '../../predict/stored-network.ts';
import { addEngineFlags, compileOptions, type EngineFlags } from '../engine-flags.ts';
import { addOptions } from './options.ts';

interface Flags extends EngineFlags {
  checkpoint: CheckpointChoice;
  data?: string;
  json?: true;
}

/** Adds `heads ledger`: where a network's capacity is. */
export function addLedgerCommand(heads: Command): void {
  const command = heads
    .command('ledger')
    .description(
      'Per head: parameters, labelled training frames, parameters for every 1,000 of these, and the gap between\n' +
        'its validation loss and its training loss.',
    );
  addEngineFlags(addOptions(command, 'run', 'checkpoint', 'data', 'json')).action(
    async (run: string, flags: Flags) => {
      const { checkpoint, data } = flags;
      const ledger = await ledgerOf({ run, checkpoint, data, compile: compileOptions(flags) });
      process.stdout.write(flags.json ? json(ledger) : toMarkdown(ledgerTable(ledger)));
    },
  );
}
