import { softmaxCrossEntropy } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';

/**
 * Mean of `value` over the pixels whose mask is 1: `Σ mask · value / max(Σ mask, 1)`; 0 when the
 * mask is empty. The denominator counts the mask, never the non-zero targets.
 * @param value one number per pixel, `[B, H, W]`
 * @param mask 0 or 1, `[B, H, W]`
 */
function maskedMean(value: tf.Tensor3D, mask: tf.Tensor3D): tf.Scalar {
  // `tf.divNoNan` has no gradient.
  const count = tf.maximum(tf.sum(mask), 1);
  return tf.div(tf.sum(tf.mul(value, mask)), count);
}

const flat = (mask: tf.Tensor4D): tf.Tensor3D => tf.squeeze(mask, [3]);

function check(where: string, output: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): void {
  const [b, h, w] = output.shape;
  const fits = (t: tf.Tensor) => t.rank === 4 && [b, h, w].every((n, i) => t.shape[i] === n);
  if (output.rank !== 4 || !fits(target) || !fits(mask) || mask.shape[3] !== 1) {
    throw new Error(
      `${where}: expected output, target and mask of shape [B, H, W, ·] with one mask channel, got ` +
        `[${output.shape.join(', ')}], [${target.shape.join(', ')}], [${mask.shape.join(', ')}]`,
    );
  }
}

/**
 * Softmax cross-entropy on raw logits f, averaged over the masked pixels:
 *
 * `L = mean(log Σ_c exp(f_c) − f_y)`
 *
 * Finite for any finite logits. A class id outside 0 … C − 1 is allowed where the mask is 0.
 * @param logits f `[B, H, W, C]`
 * @param target class ids y as numbers, `[B, H, W, 1]`
 * @param mask `[B, H, W, 1]`
 */
export function maskedCrossEntropy(
  logits: tf.Tensor4D,
  target: tf.Tensor4D,
  mask: tf.Tensor4D,
): tf.Scalar {
  check('maskedCrossEntropy', logits, target, mask);
  const y = tf.cast(flat(target), 'int32');
  // A void id costs nothing and has no gradient; the mask says so once more.
  return maskedMean(softmaxCrossEntropy(logits, y) as tf.Tensor3D, flat(mask));
}

/**
 * Sum over channels of the absolute error, averaged over the masked pixels:
 * `L = mean(Σ_c |x̂_c − x_c|)` (Kendall et al. 2018, L_Instance and L_Depth in section 4).
 * @param output x̂ `[B, H, W, C]`
 * @param target x `[B, H, W, C]`, in the same unit
 * @param mask `[B, H, W, 1]`
 */
export function maskedL1(output: tf.Tensor4D, target: tf.Tensor4D, mask: tf.Tensor4D): tf.Scalar {
  check('maskedL1', output, target, mask);
  return maskedMean(tf.sum(tf.abs(tf.sub(output, target)), 3), flat(mask));
}

/**
 * Sum over channels of the squared error, averaged over the masked pixels:
 * `L = mean(Σ_c (x̂_c − x_c)²)`. Shapes as in {@link maskedL1}.
 */
export function maskedL2(output: tf.Tensor4D, target: tf.Tensor4D, mask: tf.Tensor4D): tf.Scalar {
  check('maskedL2', output, target, mask);
  return maskedMean(tf.sum(tf.square(tf.sub(output, target)), 3), flat(mask));
}
