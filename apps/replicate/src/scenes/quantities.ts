import type { TableColumn } from '@scene-mtl/eval';
import { primaryOf, type Quantity } from '@scene-mtl/lab';
import { kits } from '@scene-mtl/vision-heads';

/** Every metric of every kit, under its key among the metrics of a run. */
const known = new Map(
  kits.flatMap(({ name: task, title, metrics }) =>
    metrics.map((metric, i) => {
      const key = `${task}/${metric.name}`;
      const { unit, better, digits } = metric;
      const shared = { unit, better, digits, primary: i === 0 };
      return [key, { task, metric: key, name: metric.title, head: title, ...shared }] as const;
    }),
  ),
);

const find = (key: string) => {
  const found = known.get(key);
  if (found) return found;
  throw new Error(`metric ${key}: expected one of ${[...known.keys()].join(', ')}`);
};

/**
 * A metric as runs are compared in it.
 * @param key `<task>/<metric>`
 * @throws for a metric of no kit
 */
export function quantityNamed(key: string): Quantity {
  const { head: _, ...quantity } = find(key);
  return quantity;
}

/** A metric as the column of a table: `Semantic IoU`. */
export function columnOf(key: string): TableColumn {
  const { head, name, unit, better, digits } = find(key);
  return { name: `${head} ${name}`, unit, better, decimals: digits };
}

/** The quantities that stand for some tasks. */
export const primaryQuantities = (tasks: readonly string[]): Quantity[] =>
  primaryOf(
    [...known.keys()].map((key) => quantityNamed(key)),
    tasks,
  );

/** Of some tasks what stands for each, and its RMS where it has one: what tables compare. */
export const comparedQuantities = (tasks: readonly string[]): Quantity[] =>
  tasks.flatMap((task) =>
    [...known.keys()]
      .map((key) => quantityNamed(key))
      .filter((one) => one.task === task && (one.primary || one.metric === `${task}/rms`)),
  );

/** The one that stands for a task. */
export const primaryOfTask = (task: string): Quantity => primaryQuantities([task])[0];

/** +1 where more of the quantity that stands for a task is better, −1 where less is. */
export const betterSign = (task: string): 1 | -1 =>
  primaryOfTask(task).better === 'higher' ? 1 : -1;

/** What stands below a table of differences. */
export const differenceUnits = 'IoU in points (higher is better), errors in px (lower is better).';
