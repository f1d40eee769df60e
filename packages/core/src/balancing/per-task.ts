import * as tf from '@tensorflow/tfjs';

/** One value per objective, by its name. */
export type PerTask<T> = Readonly<Record<string, T>>;

/** A `PerTask` from one scalar per task, in the order of the tasks. */
export const perTask = <T>(tasks: readonly string[], of: (task: string, i: number) => T) =>
  Object.fromEntries(tasks.map((task, i) => [task, of(task, i)] as const)) as PerTask<T>;

/** `weight/<task>` of every task. */
export const weightReport = (
  tasks: readonly string[],
  of: (task: string, i: number) => tf.Scalar,
): Record<string, tf.Scalar> =>
  Object.fromEntries(tasks.map((task, i) => [`weight/${task}`, of(task, i)]));

/** Throws unless `losses` has exactly the objectives that the balancer was made for. */
export function checkTasks(where: string, expected: readonly string[], losses: object): void {
  const got = Object.keys(losses);
  if (got.length !== expected.length || !expected.every((task) => got.includes(task))) {
    throw new Error(
      `${where}: expected losses of the tasks [${expected.join(', ')}], got [${got.join(', ')}]`,
    );
  }
}

/** Σ of scalars, in the order given. */
export const sumOf = (terms: readonly tf.Scalar[]): tf.Scalar =>
  terms.reduce((a, b) => tf.add(a, b));

/** The numbers of a vector, one by one. */
export const scalarsOf = (vector: tf.Tensor): tf.Scalar[] =>
  Array.from({ length: vector.size }, (_, i) =>
    tf.reshape<tf.Rank.R0>(tf.slice(vector, [i], [1]), []),
  );
