import { assertPixels, type Size } from '@scene-mtl/data';
import { wholeFile } from '@scene-mtl/data/files';
import sharp from 'sharp';

/** How libvips calls floats of so many channels: grey, and RGB. */
const SPACES = { 1: 'b-w', 3: 'scrgb' } as const;

/**
 * Reads a TIFF of 32-bit floats of one channel (grey) or three (RGB) exactly as stored, NaN and infinities
 * included.
 * @returns `data [H, W, channels]`
 * @throws naming the file: missing, damaged, or of another form
 */
export async function readFloatTiff(
  file: string,
  channels: 1 | 3 = 1,
): Promise<Size & { readonly data: Float32Array }> {
  const wanted = SPACES[channels];
  const bytes = await wholeFile(file);
  const damaged = (cause: unknown) =>
    new Error(`${file}: not a whole TIFF (${(cause as Error).message.split('\n')[0]})`, { cause });
  const found = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw damaged(cause);
    });
  const { format, width, height, depth, space } = found;
  assertPixels(file, { height, width });
  const isWanted = found.channels === channels && depth === 'float' && space === wanted;
  if (format !== 'tiff' || !isWanted) {
    const form = channels === 1 ? 'one channel' : 'three channels, RGB,';
    throw new Error(
      `${file}: expected a TIFF of ${form} of 32-bit floats; got ${format}, ${found.channels} of ${depth} (${space})`,
    );
  }
  // From a space to itself: libvips then has nothing to convert.
  const { data } = await sharp(bytes, { failOn: 'warning', limitInputPixels: false })
    .pipelineColourspace(wanted)
    .toColourspace(wanted)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw damaged(cause);
    });
  const values = new Float32Array(height * width * channels);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  return { height, width, data: values };
}
