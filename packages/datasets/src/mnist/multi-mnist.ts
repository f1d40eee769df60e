import { nearestIndices } from '../image/nearest.ts';
import { pickIndex, randomStream } from '../random.ts';
import { DIGIT_SIDE, type Mnist } from './idx.ts';

/** Two digits in each image; the tasks are to read the left and the right one. */
export interface MultiMnist {
  readonly count: number;
  /** `f32 [N, 28, 28]`, normalised as (x / 255 − 0.1307) / 0.3081. */
  readonly images: Float32Array;
  /** `u8 [N]`, 0–9: the digit at the upper left. */
  readonly left: Uint8Array;
  /** `u8 [N]`, 0–9: the digit at the lower right. */
  readonly right: Uint8Array;
}

const CANVAS = 36;
const SHIFT = CANVAS - DIGIT_SIDE;

/**
 * MultiMNIST by the recipe of Sener & Koltun 2018: digit i at the upper left of a 36 × 36 canvas,
 * a digit drawn evenly from the set at the lower right (rows and columns 6 to 33),
 * joined by the maximum, resized to 28 × 28 by the nearest pixel.
 */
export function multiMnist(digits: Mnist, seed: number): MultiMnist {
  const { count, images, labels } = digits;
  const random = randomStream('MultiMNIST', seed);
  const partners = Int32Array.from({ length: count }, () => pickIndex(random, count));
  const pixels = DIGIT_SIDE * DIGIT_SIDE;
  const result = new Float32Array(count * pixels);
  const canvas = new Uint8Array(CANVAS * CANVAS);
  const sources = nearestIndices(CANVAS, DIGIT_SIDE);
  for (let i = 0; i < count; i++) {
    canvas.fill(0);
    paint(canvas, images, i, 0);
    paint(canvas, images, partners[i], OFFSET);
    for (let r = 0, out = i * pixels; r < DIGIT_SIDE; r++) {
      for (let c = 0; c < DIGIT_SIDE; c++) {
        result[out++] = (canvas[sources[r] * CANVAS + sources[c]] / 255 - 0.1307) / 0.3081;
      }
    }
  }
  return {
    count,
    images: result,
    left: labels.slice(0, count),
    right: Uint8Array.from(partners, (j) => labels[j]),
  };
}

/** The right digit lies at rows and columns 6 to 33, two short of the canvas's edge. */
const OFFSET = SHIFT - 2;

function paint(canvas: Uint8Array, images: Uint8Array, index: number, offset: number): void {
  for (let r = 0; r < DIGIT_SIDE; r++) {
    for (let c = 0; c < DIGIT_SIDE; c++) {
      const value = images[(index * DIGIT_SIDE + r) * DIGIT_SIDE + c];
      const at = (r + offset) * CANVAS + c + offset;
      if (value > canvas[at]) canvas[at] = value;
    }
  }
}
