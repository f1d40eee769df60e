/** Running means of named numbers, for one line of the training log. */
export interface Averages {
  add(values: Readonly<Record<string, number>>): void;
  /** The means since the last call, in the order of the names' first appearance. */
  take(): Record<string, number>;
  /** What has not been taken yet. */
  pending(): { count: number; sums: Record<string, number> };
}

/**
 * Starts running means, empty or from what `pending` gave.
 *
 * `loss/<task>` is averaged over the steps whose batch held a label of the
 * task (`present/<task>` 1), so that a batch without one does not count as a loss of 0.
 */
export function averages(
  from: { count: number; sums: Readonly<Record<string, number>> } = { count: 0, sums: {} },
): Averages {
  let { count } = from;
  let sums: Record<string, number> = { ...from.sums };
  return {
    add(values) {
      count++;
      for (const [name, value] of Object.entries(values)) sums[name] = (sums[name] ?? 0) + value;
    },
    take() {
      const means: Record<string, number> = {};
      for (const [name, sum] of Object.entries(sums)) {
        const task = /^loss\/(.*)$/.exec(name)?.[1];
        const labelled = task === undefined ? undefined : sums[`present/${task}`];
        means[name] = sum / (labelled ?? count);
      }
      count = 0;
      sums = {};
      return means;
    },
    pending: () => ({ count, sums: { ...sums } }),
  };
}
