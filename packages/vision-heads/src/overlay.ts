import type { Size } from '@scene-mtl/data';
import type { Rgb } from '@scene-mtl/eval';

/** Part of the colour in an overlay; the rest is the photograph. */
export const OPACITY = 0.55;

/**
 * Photograph under translucent colours, `(1 − a) · photo + a · colours`.
 * @param opacity a, 0 … 1 per pixel
 */
export function over(
  photo: Uint8Array,
  colours: Rgb,
  opacity: (pixel: number) => number = () => OPACITY,
): Rgb {
  const { height, width, data } = colours;
  const mixed = new Uint8Array(photo.length);
  for (let i = 0; i < height * width; i++) {
    const a = opacity(i);
    for (let c = 3 * i; c < 3 * i + 3; c++) mixed[c] = Math.round((1 - a) * photo[c] + a * data[c]);
  }
  return { height, width, data: mixed };
}

/** Whether a pixel has a neighbour, above, below, left or right, of another value. */
export function onContour(ids: ArrayLike<number>, i: number, { height, width }: Size): boolean {
  const column = i % width;
  const row = (i - column) / width;
  return (
    (column > 0 && ids[i] !== ids[i - 1]) ||
    (column < width - 1 && ids[i] !== ids[i + 1]) ||
    (row > 0 && ids[i] !== ids[i - width]) ||
    (row < height - 1 && ids[i] !== ids[i + width])
  );
}
