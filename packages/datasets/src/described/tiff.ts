import { readFile, stat } from 'node:fs/promises';
import { assertPixels, type Size } from '@scene-mtl/data';
import sharp from 'sharp';

/**
 * Reads a TIFF of one channel of floats exactly as stored, NaN and infinities included.
 * @throws naming the file: missing, damaged, or of another form
 */
export async function readFloatTiff(file: string): Promise<Size & { readonly data: Float32Array }> {
  let bytes: Buffer;
  try {
    if (!(await stat(file)).isFile()) throw Object.assign(new Error(), { code: 'not a file' });
    bytes = await readFile(file);
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new Error(`${file}: cannot be read (${code})`, { cause });
  }
  const damaged = (cause: unknown) =>
    new Error(`${file}: not a whole TIFF (${(cause as Error).message.split('\n')[0]})`, { cause });
  const found = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw damaged(cause);
    });
  const { format, width, height, channels, depth, space } = found;
  assertPixels(file, { height, width });
  if (format !== 'tiff' || channels !== 1 || depth !== 'float' || space !== 'b-w') {
    throw new Error(
      `${file}: expected a TIFF of one channel of 32-bit floats; got ${format}, ${channels} of ${depth} (${space})`,
    );
  }
  // Grey of floats to grey of floats: libvips then has nothing to convert.
  const { data } = await sharp(bytes, { failOn: 'warning', limitInputPixels: false })
    .toColourspace('b-w')
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw damaged(cause);
    });
  const values = new Float32Array(height * width);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  return { height, width, data: values };
}
