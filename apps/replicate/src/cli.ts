import { createRequire } from 'node:module';
import { Command } from 'commander';
import { commands } from './commands/index.ts';
import { loadTyped } from './commands/plugin-flag.ts';
import { guardOutput, reportError, sayOnInterrupt } from './terminal.ts';

guardOutput(process);

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const program = new Command('replicate')
  .description(
    'Tables and figures of Kendall, Gal & Cipolla 2018 and other papers, by one command each.\n' +
      `Without a command: ${commands[0].name}. "replicate <command> --help" shows its options.`,
  )
  .version(version, '-V, --version', 'print the version')
  .showHelpAfterError('(add --help for the commands and options)')
  .exitOverride();

const typed = process.argv.slice(2);
const args = ['-h', '--help', 'help'].includes(typed[0]) ? [...typed.slice(1), '--help'] : typed;
// `replicate --profile smoke` means the first command.
if (
  args.length === 0 ||
  (args[0].startsWith('-') && !['--help', '-V', '--version'].includes(args[0]))
) {
  args.unshift(commands[0].name);
}
const wanted = commands.find(({ name }) => name === args[0]);

if (wanted?.stopped !== undefined) sayOnInterrupt(process, wanted.stopped);

try {
  await loadTyped(args);
  if (wanted) await wanted.add(program);
  // A list to print, or to tell what an unknown word may have meant.
  else for (const { name, summary } of commands) program.command(name).description(summary);
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  process.exitCode = reportError(error, process);
}
