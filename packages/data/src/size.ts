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

/** Throws unless both sides are whole numbers of at least 1. */
export function assertSize(where: string, { height, width }: Size): void {
  if (Number.isInteger(height) && Number.isInteger(width) && height >= 1 && width >= 1) return;
  throw new Error(
    `${where}: expected height and width as whole numbers of px, at least 1, got ${height} × ${width}`,
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
