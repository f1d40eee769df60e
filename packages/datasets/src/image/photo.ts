import sharp, { type Metadata } from 'sharp';
import { assertPixels, assertSize, sameSize, type Size } from '@scene-mtl/data';
import { wholeFile } from '@scene-mtl/data/files';
import { warnOnce } from './warnings.ts';

/** A colour image, row-major. */
export interface Rgb extends Size {
  /** `u8 [H, W, 3]`. */
  readonly data: Uint8Array;
}

/** A photograph at the size asked for. */
export interface ReadPhoto extends Rgb {
  /** Its own size as it is looked at, px. */
  readonly native: Size;
}

/**
 * Reads a photograph (JPEG, PNG, WebP, AVIF, TIFF, …) as it is looked at, the same wherever one is read:
 * turned as its EXIF data say; grey, palette and CMYK → RGB; 16 bits → the upper 8; a colour profile → sRGB;
 * alpha dropped; of several pictures in a file the first. Resized to `size` px with Lanczos averaging
 * (kernel lanczos3 of libvips, which widens with the factor, so each source pixel counts).
 *
 * Stray bytes between the segments of a JPEG are passed over with one warning for each file.
 * @throws for a missing, empty, truncated or damaged file, one that is no picture, or one above
 * `MAX_PIXELS` (seen in the header, before any pixel is decoded); the message names it
 */
export async function readPhoto(file: string, size?: Size): Promise<ReadPhoto> {
  if (size) assertSize(`read ${file}`, size);
  const bytes = await bytesOf(file);
  const metadata = await header(bytes, file);
  const native = sizeOf(metadata, file);
  const target = size ?? native;
  const decode = (from: Uint8Array, failOn: FailOn) =>
    pixels(from, metadata, native, target, failOn);
  const damaged = (reason: string, cause: unknown) =>
    new Error(`${file}: not a whole photograph (${reason})`, { cause });
  // Decoders forgive a missing tail when the pixels happen to be complete; a data set should not.
  if (metadata.format === 'png' && !Buffer.from(bytes.subarray(-64)).includes('IEND')) {
    throw damaged('the PNG image is truncated', undefined);
  }
  let data: Uint8Array;
  try {
    data = await decode(bytes, 'warning');
  } catch (strict) {
    // A PNG has checksums: what they find is damage.
    if (metadata.format === 'png') throw damaged(firstLine(strict), strict);
    data = await decode(bytes, 'truncated').catch((lenient: unknown) => {
      throw damaged(firstLine(lenient), lenient);
    });
    // The words of the decoder decide nothing: its log is one for all threads, and one may take another's.
    const longer = metadata.format === 'jpeg' && withMoreData(bytes);
    if (longer && !(await decode(longer, 'truncated').then((other) => same(other, data)))) {
      throw damaged('premature end of the data', strict);
    }
    warnOnce(`warning: ${file}: read, but ${firstLine(strict)}`, file);
  }
  return { height: target.height, width: target.width, data, native };
}

/** Size of a photograph as it is looked at, px, from its header. @throws as `readPhoto` */
export async function photoSize(file: string): Promise<Size> {
  return sizeOf(await header(await bytesOf(file), file), file);
}

/**
 * A picture at another size, px, averaged as {@link readPhoto} does: a frame of a video is then what the same
 * photograph is.
 */
export async function resizedPhoto(picture: Rgb, { height, width }: Size): Promise<Rgb> {
  assertSize('resizedPhoto', { height, width });
  const raw = { height: picture.height, width: picture.width, channels: 3 } as const;
  const data = await sharp(picture.data, { raw, limitInputPixels: false })
    .resize(width, height, AVERAGED)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { height, width, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** How photographs are resized. */
const AVERAGED = {
  fit: 'fill',
  kernel: 'lanczos3',
  // Reading a JPEG at a fraction of its size would average in blocks before the kernel.
  fastShrinkOnLoad: false,
} as const;

type FailOn = 'warning' | 'truncated';

async function pixels(
  bytes: Uint8Array,
  { hasAlpha }: Metadata,
  native: Size,
  { height, width }: Size,
  failOn: FailOn,
): Promise<Uint8Array> {
  let photo = sharp(bytes, { failOn, limitInputPixels: false }).autoOrient();
  const resize = !sameSize(native, { height, width });
  if (resize && hasAlpha) {
    // A resize would weight the colours by the alpha, and blacken what is transparent.
    const opaque = await photo
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer();
    photo = sharp(opaque, { raw: { ...native, channels: 3 }, limitInputPixels: false });
  }
  if (resize) {
    photo.resize(width, height, AVERAGED);
  }
  const data = await photo.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * A JPEG with bytes put in before its end marker. Of a whole one they change no pixel; where the data stopped too
 * early, and an end was put behind them all the same, they are taken for what was lost.
 */
function withMoreData(jpeg: Uint8Array): Uint8Array | undefined {
  const end = Buffer.from(jpeg).lastIndexOf(Buffer.from([0xff, 0xd9]));
  if (end < 0) return undefined;
  // Bits that alternate are no code for "nothing more in this block" alone.
  return Buffer.concat([jpeg.subarray(0, end), Buffer.alloc(64, 0x5a), jpeg.subarray(end)]);
}

async function bytesOf(file: string): Promise<Uint8Array> {
  const bytes = await wholeFile(file);
  if (bytes.length === 0) throw new Error(`${file}: the file is empty, expected a photograph`);
  return bytes;
}

async function header(bytes: Uint8Array, file: string): Promise<Metadata> {
  try {
    // Its own limit would hide the size, which the error should say.
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw new Error(
      `${file}: not a photograph (${firstLine(cause)}); expected a JPEG, PNG, WebP, AVIF or TIFF file`,
      { cause },
    );
  }
}

function sizeOf({ autoOrient: { height, width }, format }: Metadata, file: string): Size {
  assertPixels(file, { height, width });
  // A drawing has no pixels, and its size is whatever it says.
  if (format === 'svg') {
    throw new Error(`${file}: a drawing (SVG), expected a JPEG, PNG, WebP, AVIF or TIFF file`);
  }
  return { height, width };
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What libvips says, once: it repeats a warning for each band of rows. */
const firstLine = (error: unknown): string => {
  const [first, second = ''] = (error as Error).message.split('\n');
  // sharp's words where another thread has taken the decoder's.
  if (first.startsWith('Warning treated as error')) return 'the decoder warns of damage';
  return (first.endsWith(':') ? `${first} ${second}` : first).replace(/^Vips\w+: /, '');
};
