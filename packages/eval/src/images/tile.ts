import type { Rgb } from './colours.ts';

/** A picture with its name for captions. */
export interface Tile extends Rgb {
  readonly name: string;
}

/**
 * One RGB picture as PNG, lossless: the same picture gives the same bytes.
 * @example
 * ```ts
 * import { decodePng } from '@scene-mtl/data/png';
 * import { tilePng } from '@scene-mtl/eval';
 * const png = await tilePng({ height: 1, width: 2, data: Uint8Array.of(255, 0, 0, 0, 0, 255) });
 * (await decodePng(png, 'tile')).data; // → [255, 0, 0, 0, 0, 255]
 * ```
 */
export async function tilePng({ height, width, data }: Rgb): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
