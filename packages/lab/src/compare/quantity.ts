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
