import type { PixelErrors } from '@scene-mtl/eval';

/** Blocks of a frame: 8 rows of 16, so squares where an image is twice as wide as high. */
export const blockGrid = { rows: 8, columns: 16 } as const;

/** Least pixels of a block that counts: a mean of fewer says little of the place. */
const LEAST = 4;

/**
 * Means of one error per block of an image, over pixels that two masks share. Which blocks count is
 * decided by the masks alone, so networks judged on one frame give means of the same blocks.
 * @param error `[H, W]`
 * @returns one mean per block that counts, in row order
 */
export function blockMeans(
  error: ArrayLike<number>,
  masks: readonly [PixelErrors['mask'], PixelErrors['mask']],
  { height, width }: { readonly height: number; readonly width: number },
): number[] {
  const { rows, columns } = blockGrid;
  const sums = new Float64Array(rows * columns);
  const counts = new Uint32Array(rows * columns);
  const [first, second] = masks;
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (first[i] === 0 || second[i] === 0) continue;
      const block = row + Math.floor((x * columns) / width);
      sums[block] += error[i];
      counts[block]++;
    }
  }
  return [...sums].flatMap((sum, k) => (counts[k] < LEAST ? [] : [sum / counts[k]]));
}

/**
 * Means as one byte each, base64: byte q stands for `top · (q / 255)²`, so that small errors keep
 * their digits beside large ones.
 */
export function packMeans(values: readonly number[]): {
  readonly top: number;
  readonly data: string;
} {
  const top = Number(values.reduce((a, b) => Math.max(a, b), 0).toPrecision(6));
  const bytes = Uint8Array.from(values, (v) =>
    top === 0 ? 0 : Math.min(255, Math.round(255 * Math.sqrt(v / top))),
  );
  return { top, data: Buffer.from(bytes).toString('base64') };
}

/** The means of `packMeans`. */
export const unpackMeans = ({
  top,
  data,
}: {
  readonly top: number;
  readonly data: string;
}): number[] => Array.from(Buffer.from(data, 'base64'), (q) => top * (q / 255) ** 2);
