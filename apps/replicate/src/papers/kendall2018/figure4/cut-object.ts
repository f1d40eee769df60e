import { connectedComponents, type Size } from '@scene-mtl/data';
import { pixelsAt } from '@scene-mtl/vision-heads';

/** An object whose visible pixels fall into two or more pieces. */
export interface CutObject {
  /** Its value in the image of objects. */
  readonly object: number;
  /** Pixels of all its pieces. */
  readonly area: number;
  /** Rows and columns that it spans, both ends inclusive. */
  readonly box: {
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  };
}

/** Smaller pieces are specks of annotation, not pieces: 20 px at 128×256, scaled by the area. */
export const smallestPiece = (size: Size): number => pixelsAt(size, 20);

/**
 * The largest cut object of an image; of equal ones that of the smaller value.
 * @param objects object per pixel `u16 [H, W]`, 0 none
 * @param minPixels smaller pieces do not count as pieces
 * @returns undefined where no object is cut
 */
export function largestCutObject(
  objects: Uint16Array,
  { height, width }: Size,
  minPixels: number,
): CutObject | undefined {
  const { labels, count } = connectedComponents(objects, height, width);
  const areas = new Uint32Array(count);
  const owner = new Uint16Array(count);
  labels.forEach((c, i) => {
    if (c < 0) return;
    areas[c]++;
    owner[c] = objects[i];
  });
  const pieces = new Map<number, number[]>();
  areas.forEach((area, c) => {
    if (area >= minPixels) pieces.set(owner[c], [...(pieces.get(owner[c]) ?? []), area]);
  });
  const cut = [...pieces]
    .filter(([, parts]) => parts.length > 1)
    .map(([object, parts]) => ({ object, area: parts.reduce((a, b) => a + b, 0) }))
    .sort((a, b) => b.area - a.area || a.object - b.object)[0];
  return cut && { ...cut, box: boxOf(objects, width, cut.object) };
}

function boxOf(objects: Uint16Array, width: number, object: number): CutObject['box'] {
  const box = { top: Infinity, left: Infinity, bottom: -1, right: -1 };
  objects.forEach((value, i) => {
    if (value !== object) return;
    const column = i % width;
    const row = (i - column) / width;
    box.top = Math.min(box.top, row);
    box.bottom = Math.max(box.bottom, row);
    box.left = Math.min(box.left, column);
    box.right = Math.max(box.right, column);
  });
  return box;
}
