import { json } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { tableText } from '../table-text.ts';
import { coverageTable } from '../../ledger/coverage.ts';
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
      'Per head: parameters and multiply-adds, labelled training frames, both for every 1,000 of these, and the gap\n' +
        'between its validation loss and its training loss; and how many frames have the labels of two tasks.',
    );
  addEngineFlags(addOptions(command, 'run', 'checkpoint', 'data', 'plugin', 'json')).action(
    async (run: string, flags: Flags) => {
      const { checkpoint, data } = flags;
      const ledger = await ledgerOf({ run, checkpoint, data, compile: compileOptions(flags) });
      const tables = [ledgerTable(ledger), coverageTable(run, ledger.coverage)];
      process.stdout.write(
        flags.json ? json(ledger) : tables.map((table) => tableText(table)).join('\n'),
      );
    },
  );
}
