import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { perTask } from './per-task.ts';

/** Option of methods that can prefer some objectives. */
export const preference = z
  .record(z.string(), z.number().min(0))
  .optional()
  .describe('how much each objective counts, one number ≥ 0 for each');

/**
 * The preferences of a batch, `[K]`: as they are given; `whole` shared evenly among the objectives that
 * are present where none are.
 * @throws unless each objective has one, and one of them is above 0
 */
export function preferenceOf(
  method: string,
  tasks: readonly string[],
  given: Readonly<Record<string, number>> | undefined,
  whole: 'one' | 'each' = 'one',
): (present: tf.Tensor1D) => tf.Tensor1D {
  if (given === undefined) {
    return (present) =>
      whole === 'each' ? present : tf.div(present, tf.maximum(tf.sum(present), 1));
  }
  const missing = tasks.filter((task) => !(task in given));
  const over = Object.keys(given).filter((task) => !tasks.includes(task));
  if (missing.length > 0 || over.length > 0 || tasks.every((task) => given[task] === 0)) {
    throw new Error(
      `${method}: preference: expected a number ≥ 0 for each of ${tasks.join(', ')}, one of them above 0, ` +
        `got ${JSON.stringify(given)}`,
    );
  }
  const values = Object.values(perTask(tasks, (task) => given[task]));
  return (present) => tf.mul(present, values);
}
