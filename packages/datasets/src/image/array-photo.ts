import { assertPixels, assertSize, sameSize, type Size } from '@scene-mtl/data';
import sharp from 'sharp';
import { readNpy } from '../described/npy.ts';
import { photoSize, readPhoto, type ReadPhoto } from './photo.ts';

/** How far interpolation may carry a colour beyond 0 … 1. */
const OVERSHOOT = 0.1;

const isArray = (file: string): boolean => /\.npy$/i.test(file);

/**
 * A picture: a photograph (`readPhoto`) or, where the name ends with `.npy`, a NumPy file `[H, W, 3]` or
 * `[3, H, W]` of bytes, or of floats from 0 to 1, which become bytes (MTAN's and LibMTL's data are so).
 * @throws naming the file: missing, damaged, of another shape, or with numbers that are no colours
 */
export async function readPicture(file: string, size?: Size): Promise<ReadPhoto> {
  if (!isArray(file)) return readPhoto(file, size);
  if (size) assertSize(`read ${file}`, size);
  const { form, data } = await arrayOf(file);
  const native = { height: form.height, width: form.width };
  const bytes = bytesOf(file, form, data);
  const target = size ?? native;
  if (sameSize(native, target)) return { ...native, data: bytes, native };
  const { data: resized } = await sharp(bytes, {
    raw: { ...native, channels: 3 },
    limitInputPixels: false,
  })
    .resize(target.width, target.height, { fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { height, width } = target;
  return { height, width, native, data: new Uint8Array(resized) };
}

/** Size of a picture, px. @throws as `readPicture` */
export async function pictureSize(file: string): Promise<Size> {
  if (!isArray(file)) return photoSize(file);
  const { height, width } = (await arrayOf(file)).form;
  return { height, width };
}

interface Form extends Size {
  /** Whether channels come first. */
  readonly first: boolean;
}

async function arrayOf(file: string) {
  let form: Form | undefined;
  const { shape, data } = await readNpy(file, (found) => {
    const [a, b, c] = found;
    if (found.length !== 3) return;
    if (c === 3) form = { height: a, width: b, first: false };
    else if (a === 3) form = { height: b, width: c, first: true };
    if (form) assertPixels(file, form);
  });
  if (form) return { form, data };
  throw new Error(
    `${file}: numbers of the shape [${shape.join(', ')}], expected a picture: [H, W, 3] or [3, H, W]`,
  );
}

function bytesOf(file: string, { height, width, first }: Form, data: ArrayLike<number>) {
  const pixels = height * width;
  const isBytes = data instanceof Uint8Array;
  const bytes = new Uint8Array(3 * pixels);
  for (let i = 0; i < bytes.length; i++) {
    const value = data[first ? (i % 3) * pixels + Math.floor(i / 3) : i];
    if (!isBytes && !(value >= -OVERSHOOT && value <= 1 + OVERSHOOT)) {
      const place = `row ${Math.floor(i / 3 / width)}, column ${Math.floor(i / 3) % width}`;
      throw new Error(
        `${file}: ${value} at ${place}: expected colours as bytes, or as floats from 0 to 1`,
      );
    }
    bytes[i] = isBytes ? value : Math.round(255 * Math.min(1, Math.max(0, value)));
  }
  return bytes;
}
