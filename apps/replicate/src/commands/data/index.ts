import type { Command } from 'commander';
import { addCheckCommand } from './check.ts';
import { addGenerateCommand } from './generate.ts';
import { addPreviewCommand } from './preview.ts';

/** Adds `data generate`, `data check` and `data preview`. */
export function addDataCommands(program: Command): void {
  const data = program.command('data').description('street scenes: generate, check, look at');
  addGenerateCommand(data);
  addCheckCommand(data);
  addPreviewCommand(data);
}
