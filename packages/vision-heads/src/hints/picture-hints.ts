import { equivariance, hinge, type Hint } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import { mirrored, type ComparedMap } from './flip-hint.ts';

/*
 * Hints on pictures: what is known of a head's map whatever the picture shows. They need no labels, so that frames
 * without any can teach them (Abu-Mostafa 1990).
 */

/** Of a normalised picture: less contrast, and brighter by a fifth of a deviation. */
const [CONTRAST, BRIGHTNESS] = [0.8, 0.2];

/**
 * False of any map: that of a mirrored picture is the map itself, `e = (f(m(x)) − f(x))²`. A control for `flipHint`,
 * with as much work and as strong a pull.
 * @param head its name, output `[B, H, W, C]`
 */
export const unturnedHint = (
  head: string,
  { compared = (map) => map }: Pick<ComparedMap, 'compared'> = {},
): Hint =>
  equivariance({
    read: (outputs) => compared(outputs[head]),
    move: ({ image }) => ({ image: mirrored(image) }),
  });

/**
 * The map does not change with the light: of a picture x with less contrast and more brightness,
 * `e = (f(0.8 x + 0.2) − f(x))²`, x being normalised.
 */
export const lightHint = (head: string, { compared = (map) => map }: ComparedMap = {}): Hint =>
  equivariance({
    read: (outputs) => compared(outputs[head]),
    move: ({ image }) => ({ image: tf.add(tf.mul(image, CONTRAST), BRIGHTNESS) }),
  });

/** The square of what a map d rises (sign 1) or falls (−1) from row i to row i + 1, `(sign (d(i + 1) − d(i)))²₊`. */
const downwards =
  (head: string, sign: 1 | -1): Hint['error'] =>
  (says, batch) => {
    const map = says(batch)[head];
    const [B, H, W, C] = map.shape as [number, number, number, number];
    const rows = (from: number) => tf.slice(map, [0, from, 0, 0], [B, H - 1, W, C]);
    return hinge(tf.mul(tf.sub(rows(1), rows(0)), sign));
  };

/**
 * What is lower in the picture is nearer, `e = (d(i) − d(i + 1))²₊` for pixels of the rows i and i + 1: so it is on the
 * ground, and on what stands on it disparity stays. What hangs over the ground (a tree's crown) breaks the rule, so it
 * is true of most pixels and not of all.
 * @param head of disparity, `[B, H, W, 1]`
 */
export const rowsHint = (head: string): Hint => ({ arrays: {}, error: downwards(head, -1) });

/**
 * False of the ground: what is lower in the picture is farther, `e = (d(i + 1) − d(i))²₊`. A control for `rowsHint`.
 * @param head of disparity, `[B, H, W, 1]`
 */
export const fallingHint = (head: string): Hint => ({ arrays: {}, error: downwards(head, 1) });
