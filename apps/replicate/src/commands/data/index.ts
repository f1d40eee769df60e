import type { Command } from 'commander';
import { addCheckCommand } from './check.ts';
import { addGenerateCommand } from './generate.ts';
import { addInitCommand } from './init.ts';
import { addPreviewCommand } from './preview.ts';

/** Adds `data init`, `data generate`, `data check` and `data preview`. */
export function addDataCommands(program: Command): void {
  const data = program
    .command('data')
    .description('your own data: describe, check, look at; street scenes: generate');
  addInitCommand(data);
  addGenerateCommand(data);
  addCheckCommand(data);
  addPreviewCommand(data);
}
