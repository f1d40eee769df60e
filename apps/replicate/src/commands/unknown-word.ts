import { didYouMean } from '@scene-mtl/data';
import type { Command } from 'commander';

/**
 * Refuses words after the default command: they are the names of commands that there are not.
 * @throws naming the word, the nearest command and all others
 */
export function refuseUnknownWord({ args, parent }: Command): void {
  if (args.length === 0) return;
  const known = parent?.commands.map((command) => command.name()) ?? [];
  throw new Error(`unknown command ${JSON.stringify(args[0])}: ${didYouMean(args[0], known)}`);
}
