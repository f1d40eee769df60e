import type { Command } from 'commander';
import { addAddCommand } from './add.ts';
import { addRefreshCommand } from './refresh.ts';
import { addRemoveCommand } from './remove.ts';
import { addReplaceCommand } from './replace.ts';
import { addShowCommand } from './show.ts';
import { addTimeCommand } from './time.ts';
import { addTuneCommand } from './tune.ts';
import { addGateCommand } from './gate.ts';
import { addImportanceCommand } from './importance.ts';
import { addLedgerCommand } from './ledger.ts';
import { addLineageCommand } from './lineage.ts';

/** Adds `replicate heads`: one trunk, many heads, and what becomes of them over the years. */
export function addHeadsCommands(program: Command): void {
  const heads = program
    .command('heads')
    .description(
      'the heads of a trained network: who trains what, changing one of them alone, and what became of them',
    );
  addShowCommand(heads);
  addTuneCommand(heads);
  addAddCommand(heads);
  addReplaceCommand(heads);
  addRemoveCommand(heads);
  addRefreshCommand(heads);
  addTimeCommand(heads);
  addGateCommand(heads);
  addLineageCommand(heads);
  addLedgerCommand(heads);
  addImportanceCommand(heads);
}
