/** A metric as runs are compared in it. */
export interface Quantity {
  readonly task: string;
  /** Its key among the metrics of a run. */
  readonly metric: string;
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** Decimal places in sentences. */
  readonly digits: number;
  /** True for the one that stands for its task. */
  readonly primary: boolean;
  /** See {@link smallestEffect}. */
  readonly matters?: { readonly difference: number } | { readonly share: number };
}

/** Shares, in %: half a point. Anything else: a fiftieth of what it is compared with. */
const POINTS = 0.5;
const SHARE = 0.02;

/**
 * The smallest difference that would matter, in the unit of the quantity: what it says itself; else 0.5 points of
 * a percentage, or 2 % of the value that it is compared with.
 * @param reference that value, in its unit
 * @example
 * ```ts
 * import { smallestEffect } from '@scene-mtl/lab';
 * smallestEffect({ unit: '%' }, 24); // → 0.5
 * smallestEffect({ unit: 'px' }, 3.5); // → 0.07
 * smallestEffect({ unit: 'px', matters: { difference: 0.1 } }, 3.5); // → 0.1
 * ```
 */
export function smallestEffect(
  { unit, matters }: Pick<Quantity, 'unit' | 'matters'>,
  reference: number,
): number {
  if (matters && 'difference' in matters) return matters.difference;
  if (!matters && unit === '%') return POINTS;
  // Of a perfect reference any difference matters.
  return Math.max((matters?.share ?? SHARE) * Math.abs(reference), Number.MIN_VALUE);
}

/**
 * Those of some tasks that stand for them, in the order of the tasks.
 * @example
 * ```ts
 * import { primaryOf } from '@scene-mtl/lab';
 * const quantity = (task: string, name: string, primary: boolean) =>
 *   ({ task, name, metric: `${task}/${name}`, unit: 'px', better: 'lower', digits: 3, primary }) as const;
 * const all = [quantity('left', 'rms', false), quantity('left', 'error', true)];
 * primaryOf(all, ['left']).map(({ metric }) => metric); // → ['left/error']
 * ```
 */
export const primaryOf = (quantities: readonly Quantity[], tasks: readonly string[]): Quantity[] =>
  tasks.flatMap((task) => quantities.find((one) => one.task === task && one.primary) ?? []);
