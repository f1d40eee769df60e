import type { Command } from 'commander';
import { addGateCommand } from './gate.ts';
import { addLedgerCommand } from './ledger.ts';
import { addLineageCommand } from './lineage.ts';

/** Adds `replicate heads`: one trunk, many heads, and what becomes of them over the years. */
export function addHeadsCommands(program: Command): void {
  const heads = program
    .command('heads')
    .description('the heads of a trained network: what became of them, and what each costs');
  addGateCommand(heads);
  addLineageCommand(heads);
  addLedgerCommand(heads);
}
