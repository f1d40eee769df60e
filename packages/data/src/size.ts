/** Size of an image in px. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A rectangle of an image, px. */
export interface Window extends Size {
  readonly top: number;
  readonly left: number;
}

/** Most pixels of a picture that is read or made: 2²⁷ (a photograph of a hundred megapixels fits). */
export const MAX_PIXELS = 2 ** 27;

/** Throws unless both sides are whole numbers of at least 1 and their product is at most `MAX_PIXELS`. */
export function assertSize(where: string, { height, width }: Size): void {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height >= 1 && width >= 1)) {
    throw new Error(
      `${where}: expected height and width as whole numbers of px, at least 1, got ${height} × ${width}`,
    );
  }
  assertPixels(where, { height, width });
}

/**
 * Throws for a picture that is empty or has more than `MAX_PIXELS` px; names the largest of its shape
 * that fits.
 * @param tiles so many pictures of this size lie side by side in one; default 1
 * @example
 * ```ts
 * import { assertPixels } from '@scene-mtl/data';
 * assertPixels('a.png', { height: 1024, width: 2048 }); // fits
 * ```
 */
export function assertPixels(where: string, { height, width }: Size, tiles = 1): void {
  const pixels = height * width * tiles;
  if (pixels > 0 && pixels <= MAX_PIXELS) return;
  const what = `${where}: ${height} × ${width} px${tiles > 1 ? `, ${tiles} times,` : ''}`;
  if (!(pixels > 0)) throw new Error(`${what} is empty`);
  const room = MAX_PIXELS / tiles;
  const shrink = Math.sqrt(room / (height * width));
  const rows = Math.max(1, Math.min(Math.floor(height * shrink), Math.floor(room)));
  const columns = Math.max(1, Math.min(Math.floor(width * shrink), Math.floor(room / rows)));
  // A side of 1 cannot shrink: the other one takes what is left.
  const fits = {
    height: width * shrink < 1 ? Math.floor(Math.min(height, room)) : rows,
    width: height * shrink < 1 ? Math.floor(Math.min(width, room)) : columns,
  };
  throw new Error(
    `${what} is above the limit of ${MAX_PIXELS} px; the largest of this shape that fits is ${fits.height} × ${fits.width}`,
  );
}

/**
 * Whether two sizes are the same.
 * @example
 * ```ts
 * import { sameSize } from '@scene-mtl/data';
 * sameSize({ height: 2, width: 3 }, { height: 3, width: 2 }); // → false
 * ```
 */
export const sameSize = (a: Size, b: Size): boolean => a.height === b.height && a.width === b.width;
