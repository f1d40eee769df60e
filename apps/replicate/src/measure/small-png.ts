import type { Rgb } from '@scene-mtl/eval';

/** A picture in at most 256 colours: a third of the bytes of RGB, so that it can be committed. */
export async function smallPng({ height, width, data }: Rgb): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ palette: true, colours: 256, dither: 0.5, effort: 10, compressionLevel: 9 })
    .toBuffer();
}

/** The pixels of a PNG. */
export async function readRgb(png: Uint8Array): Promise<Rgb> {
  const { default: sharp } = await import('sharp');
  const decoded = sharp(png).toColourspace('srgb').removeAlpha().raw();
  const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
  return { height: info.height, width: info.width, data };
}
