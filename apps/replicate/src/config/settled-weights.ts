import { join } from 'node:path';
import { readMetrics } from '@scene-mtl/core';
import type { Balance } from '@scene-mtl/lab';
import { runFolder } from './initial.ts';

/** Digits of a weight: those that a command line can be expected to repeat. */
const DIGITS = 6;

/**
 * The weights that another run settled on, as plain fixed ones: a run with them is the same as one that was
 * given these numbers by hand, and does not know where they came from.
 * @param run a run's folder, or its name among `runs`
 * @param lines of the end of its training log over which `weight/<task>` is averaged; fewer where there
 *   are fewer
 * @throws naming the log when it has no weights, or one that is not finite or below 0
 */
export async function settledWeights(run: string, runs: string, lines: number): Promise<Balance> {
  const log = join(await runFolder(run, runs), 'metrics.jsonl');
  const records = (await readMetrics(log)).filter(({ kind }) => kind === 'train').slice(-lines);
  if (records.length === 0) {
    throw new Error(`${log}: no line of training; --weights-of takes a run that has trained`);
  }
  const names = Object.keys(records[0].values).filter((name) => name.startsWith('weight/'));
  if (names.length === 0) {
    throw new Error(
      `${log}: no weight/<task> in it; --weights-of takes a run whose balancer weighs the losses`,
    );
  }
  const mean = (name: string): number => {
    const values = records.map((record) => record.values[name]);
    const sum = values.reduce<number>((all, value) => all + (value ?? NaN), 0);
    const weight = Number((sum / values.length).toPrecision(DIGITS));
    if (Number.isFinite(weight) && weight >= 0) return weight;
    throw new Error(
      `${log}: expected ${name} from 0 in the last ${records.length} lines, its mean is ${weight}; ` +
        `fixed weights cannot be negative: take another run, or give --balancer fixed`,
    );
  };
  return {
    name: 'fixed',
    options: Object.fromEntries(names.map((name) => [name.slice('weight/'.length), mean(name)])),
  };
}
