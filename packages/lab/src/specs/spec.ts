import { createHash } from 'node:crypto';
import type { Program } from './program.ts';

/** A way to balance the losses, by its name and its own numbers. */
export interface Balance {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
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
 * numbers. Two experiments that need the same run therefore share it.
 * @param fingerprint of the data, where its configuration does not say what is in it
 */
export function runId<S extends RunSpec>(
  program: Pick<Program<S>, 'name' | 'identity' | 'slug'>,
  spec: S,
  fingerprint?: string,
): string {
  const decisive = program.identity?.(spec, fingerprint) ?? decisiveOf(program.name, spec);
  const slug = program.slug?.(spec) ?? `${program.name}.${slugOf(spec)}`;
  return `${slug}.seed-${spec.seed}.${hashOf(decisive).slice(0, 12)}`;
}

const slugOf = ({ tasks, balance }: RunSpec): string => `${tasks.join('-')}.${balance.name}`;

const decisiveOf = (program: string, { config, tasks, balance, seed }: RunSpec) => {
  const { name, options } = balance;
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return { program, config, tasks, balance: [name, sorted], seed };
};

/** First 16 hex digits of the SHA-256 of a value's JSON. */
export const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** A run in a few words. */
export function titleOf({ tasks, balance, seed }: RunSpec): string {
  const options = Object.entries(balance.options).map(([key, value]) => `${key} ${value}`);
  const shown = options.length > 0 ? ` (${options.join(', ')})` : '';
  return `${tasks.join('+')} ${balance.name}${shown} seed ${seed}`;
}
