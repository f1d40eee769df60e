import { basename, dirname } from 'node:path';
import { canonicalJson } from '@scene-mtl/lab';
import type { StoredRun } from './stored-runs.ts';

/** Runs that differ by their seed alone. */
export interface ComparedRuns {
  readonly name: string;
  readonly runs: readonly StoredRun[];
}

/** What decides a run's numbers but for its seed. */
function settingsOf({ description }: StoredRun): object {
  const { config, tasks, balance, data } = description;
  return { ...config, seeds: null, tasks, balance, data: { ...config.data, is: data.name } };
}

/**
 * Runs put together that differ by their seed alone, in the order in which they come. A set has the name of its
 * first folder without the seed; two of one name are told apart by their numbers.
 * @throws where a set has two runs of one seed
 */
export function comparedRuns(runs: readonly StoredRun[]): ComparedRuns[] {
  const sets = new Map<string, StoredRun[]>();
  for (const run of runs) {
    const key = canonicalJson(settingsOf(run));
    sets.set(key, [...(sets.get(key) ?? []), run]);
  }
  const names = new Map<string, number>();
  return [...sets.values()].map((set) => {
    const first = new Map<number, StoredRun>();
    for (const run of set) {
      const { seed } = run.description;
      const other = first.get(seed);
      if (other) {
        throw new Error(
          `${other.folder} and ${run.folder}: the same settings and the same seed ${seed}; leave one out`,
        );
      }
      first.set(seed, run);
    }
    const name = nameOf(set[0].folder);
    const times = (names.get(name) ?? 0) + 1;
    names.set(name, times);
    return { name: times === 1 ? name : `${name} (${times})`, runs: set };
  });
}

/** `runs/mine-seed-2` → `mine`; `table1-quick/all/seed-1` → `all`. */
function nameOf(folder: string): string {
  const name = basename(folder);
  if (/^seed-\d+$/.test(name)) return basename(dirname(folder));
  return name.replace(/-seed-\d+$/, '');
}

/** A setting that differs between sets, and what each has, in their order. */
export interface SettingDifference {
  readonly key: string;
  readonly values: readonly string[];
}

/** What differs between sets of runs: settings by the names of the configuration, tasks, balance and seeds. */
export function differencesOf(sets: readonly ComparedRuns[]): SettingDifference[] {
  const all = sets.map(({ runs }) => ({
    ...flattened(settingsOf(runs[0])),
    seeds: runs.map(({ description }) => description.seed).join(', '),
  }));
  const keys = [...new Set(all.flatMap((one) => Object.keys(one)))];
  return keys.flatMap((key) => {
    const values = all.map((one) => (one as Record<string, string>)[key] ?? '–');
    return new Set(values).size > 1 ? [{ key, values }] : [];
  });
}

/** `{ a: { b: 1 } }` → `{ 'a.b': '1' }`. */
function flattened(value: object, before = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const name = before + key;
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
        return Object.entries(flattened(inner, `${name}.`));
      }
      return [[name, typeof inner === 'string' ? inner : JSON.stringify(inner)]];
    }),
  );
}
