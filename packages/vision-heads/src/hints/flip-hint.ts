import { equivariance, type Hint } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/** A map, or a picture, seen in a mirror: `[B, H, W, C]`, its columns in the other order. */
export const mirrored = (map: tf.Tensor): tf.Tensor => tf.reverse(map, 2);

/** What of a head's output is compared, and what a mirror does to it besides moving it. */
export interface ComparedMap {
  /**
   * Default: the output as it is. Of class logits `tf.softmax`, since a number added to all of them says
   * nothing.
   */
  readonly compared?: (output: tf.Tensor) => tf.Tensor;
  /** Default: nothing. Of vectors, what turns their x. */
  readonly turn?: (map: tf.Tensor) => tf.Tensor;
}

/**
 * The map of a mirrored picture is the mirrored map, `e = (f(m(x)) − turn(m(f(x))))²` (Abu-Mostafa 1990). It needs
 * no labels.
 * @param head its name, output `[B, H, W, C]`
 */
export const flipHint = (
  head: string,
  { compared = (map) => map, turn = (map) => map }: ComparedMap = {},
): Hint =>
  equivariance({
    read: (outputs) => compared(outputs[head]),
    move: ({ image }) => ({ image: mirrored(image) }),
    turn: (map) => turn(mirrored(map)),
  });
