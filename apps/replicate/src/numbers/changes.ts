import { formatNumber } from '@scene-mtl/eval';
import { paired, type Quantity, type RunSummary } from '@scene-mtl/lab';

/** The root mean square error of a task as runs are compared in it; a twentieth of it is what would matter. */
export const rmsOf = (task: string): Quantity => ({
  ...{ task, metric: `${task}/rms`, name: 'RMSE', unit: 'RMSE', better: 'lower' },
  ...{ digits: 4, primary: true, matters: { share: 0.05 } },
});

/** By how much runs differ from others in a quantity, seed by seed, % of the others' mean. */
export interface Change {
  readonly mean: number;
  /** Of the 95 % interval by Student's t. */
  readonly low: number;
  readonly high: number;
  /** Of the paired permutation test. */
  readonly p: number;
  readonly n: number;
}

/** The change from `theirs` to `ours`; undefined without a seed that both have. */
export function changeOf(
  ours: readonly RunSummary[],
  theirs: readonly RunSummary[],
  quantity: Quantity,
): Change | undefined {
  const found = paired(ours, theirs, quantity);
  if (!found) return undefined;
  const percent = (x: number) => (100 * x) / found.b;
  const [low, high] = found.interval;
  const [mean, n] = [percent(found.difference), found.n];
  return { mean, low: percent(low), high: percent(high), p: found.p, n };
}

/** `−7.4 (−11.8 … −3.0), p 0.004`; a dash for none, without the interval for one seed. */
export function changeText(change: Change | undefined): string | null {
  if (!change) return null;
  const { mean, low, high, p, n } = change;
  const signed = (x: number) => (x > 0 ? `+${formatNumber(x, 1)}` : formatNumber(x, 1));
  return n < 2
    ? signed(mean)
    : `${signed(mean)} (${signed(low)} … ${signed(high)}), p ${formatNumber(p, 3)}`;
}
