/** Sums of named numbers and how many went into each. */
export interface Sums {
  readonly counts: Readonly<Record<string, number>>;
  readonly sums: Readonly<Record<string, number>>;
}

/** Running means of named numbers, for one line of the training log. */
export interface Averages {
  /** Adds one number per name; a name may be missing. */
  add(values: Readonly<Record<string, number>>): void;
  /** The means since the last call, in the order of the names' first appearance. */
  take(): Record<string, number>;
  /** What has not been taken yet. */
  pending(): Sums;
}

/**
 * Starts running means, empty or from what `pending` gave.
 *
 * `loss/<task>` and `gradientNorm/<task>` are averaged over the batches that held a label of the task
 * (`present/<task>` 1), so that a batch without one does not count as a loss of 0; NaN when there was
 * none.
 */
export function averages(from: Sums = { counts: {}, sums: {} }): Averages {
  let counts: Record<string, number> = { ...from.counts };
  let sums: Record<string, number> = { ...from.sums };
  return {
    add(values) {
      for (const [name, value] of Object.entries(values)) {
        const task = /^(?:loss|gradientNorm)\/(.*)$/.exec(name)?.[1];
        sums[name] = (sums[name] ?? 0) + value;
        counts[name] = (counts[name] ?? 0) + (values[`present/${task}`] ?? 1);
      }
    },
    take() {
      const means: Record<string, number> = {};
      for (const [name, sum] of Object.entries(sums)) means[name] = sum / counts[name];
      counts = {};
      sums = {};
      return means;
    },
    pending: () => ({ counts: { ...counts }, sums: { ...sums } }),
  };
}
