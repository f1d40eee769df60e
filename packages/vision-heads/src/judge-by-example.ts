import type { Judge } from './kit.ts';

/** What counts, and can take in what another of its kind has counted. */
interface Mergeable {
  merge(other: never): void;
}

/** What a judge counts with, by name. */
type Counters = Readonly<Record<string, Mergeable>>;

/**
 * A judge that counts each example by itself and puts them together, so that any choice of examples can be judged.
 * @param parts `counters` makes new ones, `add` counts an example with them, `result` reads them
 */
export function judgeByExample<C extends Counters>(parts: {
  readonly metrics: Judge['metrics'];
  readonly counters: () => C;
  readonly add: (counters: C, ...example: Parameters<Judge['add']>) => void;
  readonly result: (counters: C) => Readonly<Record<string, number>>;
}): Judge {
  const { metrics, counters, add, result } = parts;
  const all = counters();
  const each: C[] = [];
  const merge = (into: C, from: C) => {
    for (const name of Object.keys(into)) into[name].merge(from[name] as never);
  };
  return {
    metrics,
    add(sample, predictions) {
      const one = counters();
      add(one, sample, predictions);
      merge(all, one);
      each.push(one);
    },
    result: () => result(all),
    chosen: () => (places) => {
      const some = counters();
      for (const place of places) merge(some, each[place]);
      return result(some);
    },
  };
}
