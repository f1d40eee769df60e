import { softmaxCrossEntropy } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';

/**
 * Mean of `value` over the places whose mask is 1: `Σ mask · value / max(Σ mask, 1)`; 0 when the
 * mask is empty. The denominator counts the mask, never the non-zero targets.
 * @param value one number per place, of any shape
 * @param mask 0 or 1, of the same shape
 * @example
 * ```ts
 * import { maskedMean } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * maskedMean(tf.tensor1d([2, 4, 90]), tf.tensor1d([1, 1, 0])).arraySync(); // → 3
 * ```
 */
export function maskedMean(value: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  // `tf.divNoNan` has no gradient.
  const count = tf.maximum(tf.sum(mask), 1);
  return tf.div(tf.sum(tf.mul(value, mask)), count);
}

const flat = (mask: tf.Tensor): tf.Tensor => tf.squeeze(mask, [mask.rank - 1]);

function check(where: string, output: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): void {
  const places = output.shape.slice(0, -1);
  const fits = (t: tf.Tensor) => t.rank === output.rank && places.every((n, i) => t.shape[i] === n);
  if (output.rank < 2 || !fits(target) || !fits(mask) || mask.shape[mask.rank - 1] !== 1) {
    throw new Error(
      `${where}: expected output, target and mask of shape [B, …, ·] with one mask channel, got ` +
        `[${output.shape.join(', ')}], [${target.shape.join(', ')}], [${mask.shape.join(', ')}]`,
    );
  }
}

/**
 * Softmax cross-entropy on raw logits f, averaged over the masked places (pixels, or examples):
 *
 * `L = mean(log Σ_c exp(f_c) − f_y)`
 *
 * Finite for any finite logits. A class id outside 0 … C − 1 is allowed where the mask is 0.
 * @param logits f `[B, …, C]`
 * @param target class ids y as numbers, `[B, …, 1]`
 * @param mask `[B, …, 1]`
 * @example
 * ```ts
 * import { maskedCrossEntropy } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * // Two examples, two classes; the second has no label. log(1 + exp(−2)) = 0.127
 * const [target, mask] = [tf.tensor2d([[0], [255]]), tf.tensor2d([[1], [0]])];
 * maskedCrossEntropy(tf.tensor2d([[2, 0], [0, 9]]), target, mask).arraySync(); // → 0.127
 * ```
 */
export function maskedCrossEntropy(
  logits: tf.Tensor,
  target: tf.Tensor,
  mask: tf.Tensor,
): tf.Scalar {
  check('maskedCrossEntropy', logits, target, mask);
  const y = tf.cast(flat(target), 'int32');
  // A void id costs nothing and has no gradient; the mask says so once more.
  return maskedMean(softmaxCrossEntropy(logits, y), flat(mask));
}

/**
 * Sum over channels of the absolute error, averaged over the masked places:
 * `L = mean(Σ_c |x̂_c − x_c|)` (Kendall et al. 2018, L_Instance and L_Depth in section 4).
 * @param output x̂ `[B, …, C]`
 * @param target x `[B, …, C]`, in the same unit
 * @param mask `[B, …, 1]`
 * @example
 * ```ts
 * import { maskedL1 } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const [output, target] = [tf.tensor2d([[3, -4]]), tf.tensor2d([[0, 0]])];
 * maskedL1(output, target, tf.tensor2d([[1]])).arraySync(); // → 7
 * ```
 */
export function maskedL1(output: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  check('maskedL1', output, target, mask);
  return maskedMean(tf.sum(tf.abs(tf.sub(output, target)), output.rank - 1), flat(mask));
}

/**
 * Sum over channels of the squared error, averaged over the masked places:
 * `L = mean(Σ_c (x̂_c − x_c)²)`. Shapes as in {@link maskedL1}.
 * @example
 * ```ts
 * import { maskedL2 } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const [output, target] = [tf.tensor2d([[3, -4]]), tf.tensor2d([[0, 0]])];
 * maskedL2(output, target, tf.tensor2d([[1]])).arraySync(); // → 25
 * ```
 */
export function maskedL2(output: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  check('maskedL2', output, target, mask);
  return maskedMean(tf.sum(tf.square(tf.sub(output, target)), output.rank - 1), flat(mask));
}
