import * as tf from '@tensorflow/tfjs';
import type { PerTask } from './per-task.ts';

/** Losses below this count as this where a logarithm or a quotient of them is taken. */
export const SMALLEST_LOSS = 1e-8;

/** `[K]`: one number per task, in the order of the tasks. */
export const vectorOf = (tasks: readonly string[], values: PerTask<tf.Scalar>): tf.Tensor1D =>
  tf.stack(tasks.map((task) => values[task])) as tf.Tensor1D;

/**
 * Softmax over some of the entries.
 * @param logits `[K]`
 * @param taking `[K]`, 1 or 0: which take part; what the others hold has no influence
 * @returns `[K]`: sums to 1, 0 where an entry takes no part; where none does it means nothing
 */
export function softmaxAmong(logits: tf.Tensor1D, taking: tf.Tensor1D): tf.Tensor1D {
  if (logits.size === 1) return tf.onesLike(logits);
  // Minus a large number where absent: the exponential of it is 0, and no infinity is made.
  const far = tf.mul(tf.sub(1, taking), 1e30);
  return tf.softmax(tf.sub<tf.Tensor1D>(tf.mul(logits, taking), far));
}

/** Mean over the entries that take part, 0 where none does. */
export const meanAmong = (values: tf.Tensor1D, taking: tf.Tensor1D): tf.Scalar =>
  tf.div(tf.sum(tf.mul(values, taking)), tf.maximum(tf.sum(taking), 1));

/** `a` where `choice` is 1, `b` where it is 0; unlike `tf.where`, of anything that broadcasts. */
export const either = <T extends tf.Tensor>(choice: tf.Tensor, a: tf.Tensor, b: tf.Tensor): T =>
  tf.add(tf.mul(choice, a), tf.mul(tf.sub(1, choice), b));

/**
 * `Σ wᵢ gᵢ`, as a product of matrices: a sum over the first axis takes several times as long.
 * @param weights `[K]`
 * @param rows gᵢ, `[K, P]`
 */
export const combinedRows = (weights: tf.Tensor1D, rows: tf.Tensor2D): tf.Tensor1D =>
  tf.reshape(tf.matMul(tf.reshape<tf.Rank.R2>(weights, [1, weights.size]), rows), [-1]);
