import { Command } from 'commander';
import { addDataCommands } from './index.ts';
const p = new Command(); addDataCommands(p); await p.parseAsync();
