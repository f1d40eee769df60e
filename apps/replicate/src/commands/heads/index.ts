import type { Command } from 'commander';

/** Adds `heads gate`. */
export async function addHeadsCommands(program: Command): Promise<void> {
  const heads = program
    .command('heads')
    .description('networks that live for years: compare, trace and take stock of their heads');
  const { addGateCommand } = await import('./gate.ts');
  addGateCommand(heads);
}
