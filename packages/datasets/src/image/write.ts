import sharp from 'sharp';
import type { Size } from '@scene-mtl/data';

/** PNG file of a colour image `u8 [H, W, 3]`. */
export async function rgbPng(data: Uint8Array, size: Size): Promise<Uint8Array> {
  return sharp(data, { raw: { ...raw(size), channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** PNG file of a colour image with opacity `u8 [H, W, 4]`. */
export async function rgbaPng(data: Uint8Array, size: Size): Promise<Uint8Array> {
  return sharp(data, { raw: { ...raw(size), channels: 4 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** PNG file of an 8-bit single-channel image `u8 [H, W]`. */
export async function grey8Png(data: Uint8Array, size: Size): Promise<Uint8Array> {
  return sharp(data, { raw: { ...raw(size), channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** PNG file of a 16-bit single-channel image `u16 [H, W]`. */
export async function grey16Png(data: Uint16Array, size: Size): Promise<Uint8Array> {
  return sharp(data, { raw: { ...raw(size), channels: 1 } })
    .toColourspace('grey16')
    .png({ compressionLevel: 6 })
    .toBuffer();
}

const raw = ({ width, height }: Size) => ({ width, height });
