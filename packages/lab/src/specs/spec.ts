import { canonicalJson } from './canonical-json.ts';
import { hashOfText } from './hash.ts';
import type { Program } from './program.ts';
import { withoutDefaults } from './without-defaults.ts';

/** A way to balance the losses, by its name and its own options: numbers, or words of a choice. */
export interface Balance {
  readonly name: string;
  readonly options: Readonly<Record<string, number | string>>;
}

/** Everything that decides the numbers of one training run. */
export interface RunSpec<C = unknown> {
  /** Name of the {@link Program} that trains it; absent for the usual one. */
  readonly program?: string;
  /** What the program's schema says. */
  readonly config: C;
  /** Names of what is learned, in order. */
  readonly tasks: readonly string[];
  readonly balance: Balance;
  readonly seed: number;
}

/** A run without its seed: what is compared. */
export type Arm<S extends RunSpec = RunSpec> = Omit<S, 'seed'>;

/** The run of an arm with a seed. */
export const withSeed = <A extends Arm>(arm: A, seed: number): A & { readonly seed: number } => ({
  ...arm,
  seed,
});

/**
 * Folder name of a run: what it trains, then 12 hex digits of a hash of everything that decides its
 * numbers. Two experiments that need the same run therefore share it. Values that equal the defaults of
 * the program's schema do not count, nor does the order of keys.
 * @param fingerprint of the data, where its configuration does not say what is in it
 * @example
 * ```ts
 * import { runId } from '@scene-mtl/lab';
 * import { z } from 'zod';
 * const schema = z.object({ steps: z.number(), zoom: z.number().default(1) });
 * const program = { name: 'line', schema } as never;
 * const id = (config: object) =>
 *   runId(program, { config, tasks: ['y'], balance: { name: 'equal', options: {} }, seed: 1 });
 * id({ steps: 5 }).startsWith('line.y.equal.seed-1.'); // → true
 * // What equals a default does not count; all else does.
 * id({ zoom: 1, steps: 5 }) === id({ steps: 5 }); // → true
 * id({ zoom: 2, steps: 5 }) === id({ steps: 5 }); // → false
 * ```
 */
export function runId<S extends RunSpec>(
  program: Pick<Program<S>, 'name' | 'schema' | 'identity' | 'slug'>,
  spec: S,
  fingerprint?: string,
): string {
  const decisive = program.identity?.(spec, fingerprint) ?? decisiveOf(program, spec);
  const slug = program.slug?.(spec) ?? `${program.name}.${slugOf(spec)}`;
  return `${slug}.seed-${spec.seed}.${hashOfText(canonicalJson(decisive)).slice(0, 12)}`;
}

const slugOf = ({ tasks, balance }: RunSpec): string => `${tasks.join('-')}.${balance.name}`;

const decisiveOf = <S extends RunSpec>(
  { name, schema }: Pick<Program<S>, 'name' | 'schema'>,
  { config, tasks, balance, seed }: S,
): object => ({ program: name, config: withoutDefaults(schema, config), tasks, balance, seed });

/**
 * A run in a few words.
 * @example
 * ```ts
 * import { titleOf } from '@scene-mtl/lab';
 * const balance = { name: 'dynamic-average', options: { temperature: 2 } };
 * titleOf({ config: {}, tasks: ['left', 'right'], balance, seed: 1 }); // → 'left+right dynamic-average (temperature 2) seed 1'
 * ```
 */
export function titleOf({ tasks, balance, seed }: RunSpec): string {
  const options = Object.entries(balance.options).map(([key, value]) => `${key} ${value}`);
  const shown = options.length > 0 ? ` (${options.join(', ')})` : '';
  return `${tasks.join('+')} ${balance.name}${shown} seed ${seed}`;
}
