import type { Rgb } from './colours.ts';

/** A picture with its name for captions. */
export interface Panel extends Rgb {
  readonly name: string;
}

/** One RGB picture as PNG, lossless: the same picture gives the same bytes. */
export async function panelPng({ height, width, data }: Rgb): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
