import type { Rgb } from '@scene-mtl/eval';
import type { CutObject } from './cut-object.ts';

/** Longer side of a close-up in px, about. */
const SHOWN_SIDE = 240;

/**
 * The part of a picture around an object, with half the object's size on each side, every pixel
 * repeated so that it can be seen.
 */
export function closeUp({ height, width, data }: Rgb, { box }: CutObject): Rgb {
  const margin = {
    y: Math.ceil((box.bottom - box.top + 1) / 2),
    x: Math.ceil((box.right - box.left + 1) / 2),
  };
  const top = Math.max(0, box.top - margin.y);
  const left = Math.max(0, box.left - margin.x);
  const rows = Math.min(height, box.bottom + 1 + margin.y) - top;
  const columns = Math.min(width, box.right + 1 + margin.x) - left;
  const times = Math.max(1, Math.round(SHOWN_SIDE / Math.max(rows, columns)));
  const large = new Uint8Array(3 * rows * columns * times * times);
  for (let y = 0, out = 0; y < rows * times; y++) {
    const row = top + Math.floor(y / times);
    for (let x = 0; x < columns * times; x++, out += 3) {
      const pixel = 3 * (row * width + left + Math.floor(x / times));
      large.set(data.subarray(pixel, pixel + 3), out);
    }
  }
  return { height: rows * times, width: columns * times, data: large };
}
