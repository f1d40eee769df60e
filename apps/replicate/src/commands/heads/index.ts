import type { Command } from 'commander';

/** The sub-commands of `heads`, each loaded with the group. */
const subcommands: readonly ((heads: Command) => Promise<void>)[] = [
  async (heads) => (await import('./gate.ts')).addGateCommand(heads),
  async (heads) => (await import('./lineage.ts')).addLineageCommand(heads),
  async (heads) => (await import('./ledger.ts')).addLedgerCommand(heads),
];

/** Adds `heads` with its sub-commands. */
export async function addHeadsCommands(program: Command): Promise<void> {
  const heads = program
    .command('heads')
    .description('networks that live for years: compare, trace and take stock of their heads');
  for (const add of subcommands) await add(heads);
}
