import { readFile } from 'node:fs/promises';
import type { Size } from '@scene-mtl/data';
import sharp from 'sharp';

/** A photograph at the size of a network, and its own size. */
export interface Photo {
  /** RGB, `u8 [H, W, 3]`. */
  readonly image: Uint8Array;
  readonly size: Size;
  /** Size of the photograph as it is looked at, px. */
  readonly native: Size;
}

/**
 * Reads any photograph that sharp can (JPEG, PNG, WebP, AVIF, TIFF, …), turned as its EXIF data say,
 * as 8-bit sRGB without alpha, averaged to `size` by the kernel with which the data sets are read.
 * @throws one error that names the file, for a missing, empty, truncated or other kind of file
 */
export async function readPhoto(file: string, size: Size): Promise<Photo> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new Error(`--image ${file}: cannot be read (${code})`, { cause });
  }
  if (bytes.length === 0) throw new Error(`--image ${file}: the file is empty`);
  try {
    const { width, height } = (await sharp(bytes).metadata()).autoOrient;
    // A warning is what a truncated JPEG gives; half a photograph is no photograph.
    const photo = sharp(bytes, { failOn: 'warning' }).autoOrient();
    if (size.width !== width || size.height !== height) {
      photo.resize(size.width, size.height, {
        fit: 'fill',
        kernel: 'lanczos3',
        // Reading a JPEG at a fraction of its size would average in blocks before the kernel.
        fastShrinkOnLoad: false,
      });
    }
    const data = await photo.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer();
    const image = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { image, size, native: { width, height } };
  } catch (cause) {
    throw new Error(
      `--image ${file}: not a whole photograph (${(cause as Error).message}); ` +
        `expected a JPEG, PNG, WebP, AVIF or TIFF file`,
      { cause },
    );
  }
}
