import { architectureNamed, architectures } from '@scene-mtl/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { assigned } from '../config/overrides.ts';
import { parseConfig, type Config } from '../config/schema.ts';

/** How `replicate train` is told how the tasks share the encoder. */
export interface ArchitectureFlags {
  architecture?: string;
  architectureSet: string[];
}

/** Adds the flags of {@link ArchitectureFlags}. */
export function addArchitectureFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--architecture <name>',
        'how the tasks share the encoder; listed below (default: hard-sharing)',
      ).argParser((name: string) => knownArchitecture(name)),
    )
    .option(
      '--architecture-set <key=value...>',
      'its options: per=channel, attach.depth=stage1, or JSON, at=\'["stage2"]\'',
      [] as string[],
    );
}

/**
 * The configuration with the architecture that the flags ask for, by its own name.
 * @throws naming the option that it has not
 */
export function withArchitecture(config: Config, flags: ArchitectureFlags): Config {
  const { architecture: name, architectureSet: pairs } = flags;
  if (name === undefined && pairs.length === 0) return config;
  const before = config.network.architecture;
  const base = name === undefined || name === before.name ? before.options : {};
  const architecture = {
    name: name ?? before.name,
    options: assigned(base, pairs, '--architecture-set', 'per=channel'),
  };
  architectureNamed(architecture.name).make(architecture.options);
  return parseConfig(
    { ...config, network: { ...config.network, architecture } },
    '--architecture-set',
  );
}

/** The architectures with their formulas. */
export const architectureHelp = (): string =>
  [
    '\nArchitectures of --architecture (and their short names in the field); docs/sharing.md draws each.',
    ...architectures.map(({ name, alias, formula, source }) => {
      const title = [name, ...alias.filter((a) => a.toLowerCase() !== name)].join(', ');
      return `  ${title}\n      ${formula}. ${source}.`;
    }),
  ].join('\n');

/** Canonical name of an architecture, from that or an alias. */
function knownArchitecture(text: string): string {
  try {
    return architectureNamed(text).name;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
