import * as tf from '@tensorflow/tfjs';
import { arrayOf, hinge, type Hint, type Read } from './hint.ts';

/** Name of the array that holds the lower end of an {@link approximation}. */
export const LOW = 'low';

/** Name of the array that holds its upper end. */
export const HIGH = 'high';

/**
 * All values of f lie in `low … high`: `e = (low − h)²₊ + (h − high)²₊` (Abu-Mostafa 1995). A virtual example is an
 * input. An end that is not known is ∓∞.
 * @throws RangeError unless low ≤ high
 */
export function range({
  read,
  low = -Infinity,
  high = Infinity,
}: {
  readonly read: Read;
  readonly low?: number;
  readonly high?: number;
}): Hint {
  if (!(low <= high)) {
    throw new RangeError(`hint of range: expected low ≤ high, got ${low} and ${high}`);
  }
  return {
    arrays: {},
    error(says, batch) {
      const h = read(says(batch));
      // An end that is not known is left out: ∞ has no gradient.
      const ends = [
        ...(low > -Infinity ? [hinge(tf.sub(low, h))] : []),
        ...(high < Infinity ? [hinge(tf.sub(h, high))] : []),
      ];
      return ends.length > 0 ? tf.addN(ends) : tf.zerosLike(h);
    },
  };
}

/**
 * f(x) is known to lie in an interval of its own for each x, the arrays `low` and `high`:
 * `e = (low − h)²₊ + (h − high)²₊` (Abu-Mostafa 1995, approximation hints).
 * @param shape of the output without the batch's
 * @example
 * ```ts
 * import { approximation } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const near = approximation({ read: ({ y }) => y, shape: [1] });
 * const [x, low, high] = [[5], [1], [2]].map((row) => tf.tensor2d([row]));
 * near.error(({ x }) => ({ y: x }), { x, low, high }).dataSync()[0]; // → 9
 * ```
 */
export const approximation = ({
  read,
  shape,
}: {
  readonly read: Read;
  readonly shape: readonly number[];
}): Hint => ({
  arrays: { [LOW]: shape, [HIGH]: shape },
  error(says, batch) {
    const h = read(says(batch));
    const [low, high] = [LOW, HIGH].map((end) => arrayOf('approximation', batch, end));
    return tf.add(hinge(tf.sub(low, h)), hinge(tf.sub(h, high)));
  },
});
