import type { Command } from 'commander';
import { loadPlugins } from '../plugins/load.ts';

/** Flag of every command that trains, or reads data or runs. */
export interface PluginFlags {
  readonly plugin: string[];
}

/** Adds `--plugin`. */
export const addPluginFlag = (command: Command): Command =>
  command.option(
    '--plugin <module>',
    'a file or package with tasks, data sets, balancers or architectures of your own; repeatable',
    (module: string, before: string[]) => [...before, module],
    [] as string[],
  );

/**
 * Loads what a command line names by `--plugin`, before its command is made: commands list and check the names that
 * there are.
 */
export async function loadTyped(args: readonly string[]): Promise<void> {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const typed = own.flatMap((word, i) => {
    if (word.startsWith('--plugin=')) return [word.slice('--plugin='.length)];
    return word === '--plugin' && own[i + 1] !== undefined ? [own[i + 1]] : [];
  });
  await loadPlugins(typed);
}
