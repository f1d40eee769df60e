import { Option, type Command } from 'commander';
import { configKeys } from '../config/keys.ts';
import { profiles, type ProfileName } from '../config/profiles.ts';

/** Adds `replicate config --show`: what may be set, from the schema that checks it. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description(
      'Every key that --set and --config take. A default is what stands where a profile says nothing.',
    )
    .option('--show', 'list the keys (what the command does anyway)')
    .addOption(
      new Option('--profile <name>', 'show the values of this profile')
        .choices(Object.keys(profiles))
        .default('quick'),
    )
    .action(({ profile }: { profile: ProfileName }) => {
      for (const { key, meaning, range, standard } of configKeys()) {
        const value = valueAt(profiles[profile], key.split('.'));
        const own = value === undefined ? '' : `; ${profile}: ${JSON.stringify(value)}`;
        const usual = standard === undefined ? '' : `; default ${standard}`;
        process.stdout.write(`${key}\n    ${range}${usual}${own}\n`);
        if (meaning !== '') process.stdout.write(`    ${meaning}\n`);
      }
    });
}

const valueAt = (value: unknown, [key, ...rest]: readonly string[]): unknown =>
  key === undefined
    ? value
    : typeof value === 'object' && value !== null
      ? valueAt((value as Readonly<Record<string, unknown>>)[key], rest)
      : undefined;
