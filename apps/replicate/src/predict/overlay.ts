import {
  colourClasses,
  colourDisparity,
  colourInstances,
  type Palette,
  type Rgb,
} from '@scene-mtl/eval';
import type { Size } from '@scene-mtl/data';

/** Part of the colour in an overlay; the rest is the photograph. */
const OPACITY = 0.55;

/** Photograph under the translucent colours of its classes, `u8 [H, W, 3]`. */
export function classOverlay(
  photo: Uint8Array,
  classes: Uint8Array,
  size: Size,
  palette: Palette,
): Rgb {
  return over(photo, colourClasses(classes, size.height, size.width, palette), () => OPACITY);
}

/**
 * Photograph with each object in a colour of its own: translucent inside, solid along its contour
 * (pixels with a neighbour, above, below, left or right, of another object or none).
 * @param ids object per pixel `u16 [H, W]`, 0 none
 */
export function instanceOverlay(photo: Uint8Array, ids: Uint16Array, size: Size): Rgb {
  const { height, width } = size;
  const differs = (i: number, j: number, exists: boolean) => exists && ids[i] !== ids[j];
  return over(photo, colourInstances(ids, height, width), (i) => {
    if (ids[i] === 0) return 0;
    const column = i % width;
    const row = (i - column) / width;
    const contour =
      differs(i, i - 1, column > 0) ||
      differs(i, i + 1, column < width - 1) ||
      differs(i, i - width, row > 0) ||
      differs(i, i + width, row < height - 1);
    return contour ? 1 : OPACITY;
  });
}

/** Photograph under the translucent colours of its disparity; the lightest is the nearest pixel. */
export function disparityOverlay(photo: Uint8Array, disparity: Float32Array, size: Size): Rgb {
  const nearest = disparity.reduce((most, d) => Math.max(most, d), 0) || 1;
  const colours = colourDisparity(disparity, undefined, size.height, size.width, nearest);
  return over(photo, colours, () => OPACITY);
}

/** `(1 − a) · photo + a · colours`, a between 0 and 1 per pixel. */
function over(photo: Uint8Array, colours: Rgb, opacity: (pixel: number) => number): Rgb {
  const { height, width, data } = colours;
  const mixed = new Uint8Array(photo.length);
  for (let i = 0; i < height * width; i++) {
    const a = opacity(i);
    for (let c = 3 * i; c < 3 * i + 3; c++) mixed[c] = Math.round((1 - a) * photo[c] + a * data[c]);
  }
  return { height, width, data: mixed };
}
