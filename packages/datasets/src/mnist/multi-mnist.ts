import { nearestIndices, pickIndex, randomStream } from '@scene-mtl/data';
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

/** Mean and deviation of MNIST's pixels in units of 255, per channel of a grey RGB image. */
export const mnistNormalisation: {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
} = { mean: [0.1307, 0.1307, 0.1307], deviation: [0.3081, 0.3081, 0.3081] };

const CANVAS = 36;
const PIXELS = DIGIT_SIDE * DIGIT_SIDE;
/** The right digit lies at rows and columns 6 to 33, two short of the canvas's edge. */
const OFFSET = CANVAS - DIGIT_SIDE - 2;
const SOURCES = nearestIndices(CANVAS, DIGIT_SIDE);

/**
 * MultiMNIST by the recipe of Sener & Koltun 2018: digit i at the upper left of a 36 × 36 canvas,
 * a digit drawn evenly from the set at the lower right (rows and columns 6 to 33),
 * joined by the maximum, resized to 28 × 28 by the nearest pixel.
 * @example
 * ```ts
 * import { multiMnist } from '@scene-mtl/datasets';
 * // Two black pictures that are said to be a 3 and a 7.
 * const digits = { count: 2, images: new Uint8Array(2 * 28 * 28), labels: Uint8Array.of(3, 7) };
 * const { left, images } = multiMnist(digits, 1);
 * left; // → [3, 7]
 * images[0]; // → -0.4242
 * ```
 */
export function multiMnist(digits: Mnist, seed: number): MultiMnist {
  const { count, labels } = digits;
  const partners = partnersOf(digits, seed);
  const images = new Float32Array(count * PIXELS);
  for (let i = 0; i < count; i++) {
    joined(digits, i, partners[i]).forEach((value, k) => {
      images[i * PIXELS + k] = (value / 255 - 0.1307) / 0.3081;
    });
  }
  return {
    count,
    images,
    left: labels.slice(0, count),
    right: Uint8Array.from(partners, (j) => labels[j]),
  };
}

/** The digit at the lower right of each image: positions drawn evenly, with repetition. */
export function partnersOf({ count }: Mnist, seed: number): Int32Array {
  const random = randomStream('MultiMNIST', seed);
  return Int32Array.from({ length: count }, () => pickIndex(random, count));
}

/** One image of two digits, `u8 [28, 28]`. */
export function joined({ images }: Mnist, left: number, right: number): Uint8Array {
  const canvas = new Uint8Array(CANVAS * CANVAS);
  paint(canvas, images, left, 0);
  paint(canvas, images, right, OFFSET);
  const image = new Uint8Array(PIXELS);
  for (let r = 0, out = 0; r < DIGIT_SIDE; r++) {
    for (let c = 0; c < DIGIT_SIDE; c++) image[out++] = canvas[SOURCES[r] * CANVAS + SOURCES[c]];
  }
  return image;
}

function paint(canvas: Uint8Array, images: Uint8Array, index: number, offset: number): void {
  for (let r = 0; r < DIGIT_SIDE; r++) {
    for (let c = 0; c < DIGIT_SIDE; c++) {
      const value = images[(index * DIGIT_SIDE + r) * DIGIT_SIDE + c];
      const at = (r + offset) * CANVAS + c + offset;
      if (value > canvas[at]) canvas[at] = value;
    }
  }
}
