import { Command } from 'commander';
import { z } from 'zod';
import type { Experiment } from '../experiment/experiment.ts';

/** An experiment as far as its flags go. */
type Flagged = Pick<Experiment, 'name' | 'addFlags' | 'options'>;

/** An experiment shown once more with flags of its own. */
export interface Variant {
  /** The experiment's. */
  readonly name: string;
  /** The flags as one types them. */
  readonly flags: string;
}

/** Of a {@link Variant} in a stored group. */
export const variantSchema = z.object({ name: z.string(), flags: z.string() });

/**
 * `"name --flag value"` → the experiment and its flags.
 * @throws naming what is no experiment, or no flag of it
 * @example
 * ```ts
 * import { parseVariant } from '@scene-mtl/lab';
 * const figure2 = {
 *   name: 'figure2',
 *   addFlags: (command: { option(flags: string): unknown }) => void command.option('--grid <n>'),
 *   options: (flags: object) => flags,
 * };
 * parseVariant('figure2 --grid 9', [figure2]); // → { name: 'figure2', flags: '--grid 9' }
 * ```
 */
export function parseVariant(text: string, experiments: readonly Flagged[]): Variant {
  const [name, ...words] = text.trim().split(/\s+/);
  const experiment = experiments.find((known) => known.name === name);
  if (!experiment) {
    const names = experiments.map((known) => known.name).join(', ');
    throw new Error(`--also ${text}: ${name} is no experiment; experiments are ${names}`);
  }
  const variant = { name, flags: words.join(' ') };
  if (words.length === 0) {
    throw new Error(`--also ${text}: expected flags of ${name}; without them it is there anyway`);
  }
  variantOptions(variant, experiment);
  return variant;
}

/**
 * The options that a variant's flags mean.
 * @throws naming a flag that the experiment does not have, or its value
 */
export function variantOptions({ flags }: Variant, experiment: Flagged): unknown {
  const command = new Command(experiment.name)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  experiment.addFlags?.(command);
  try {
    command.parse(flags.split(' '), { from: 'user' });
  } catch (cause) {
    throw new Error(`${experiment.name} ${flags}: ${(cause as Error).message}`, { cause });
  }
  return experiment.options(command.opts());
}
