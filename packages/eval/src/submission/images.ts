import { readPng, type Png } from '@scene-mtl/data/png';
import { checkRegular } from './regular.ts';
import { sizeText } from './sizes.ts';

/** A single-channel label image. */
export interface LabelImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint16Array;
}

/**
 * Reads a PNG file; see `readPng`.
 * @throws Error naming what is no file: a folder, or a pipe or device, which might never end
 */
export async function readImage(file: string): Promise<Png> {
  await checkRegular(file);
  return readPng(file);
}

/**
 * Reads an image of ids: 8- or 16-bit grey, or a palette image, whose indices are the ids.
 * @throws Error naming the file when it has several channels, or grey of fewer than 8 bits (other
 *   tools scale those values)
 */
export async function readLabels(file: string): Promise<LabelImage> {
  const { kind, depth, width, height, data } = await readImage(file);
  if (kind !== 'palette' && (kind !== 'grey' || depth < 8)) {
    throw new Error(
      `${file}: is ${depth}-bit ${kind}; expected a single channel of 8 or 16 bits holding ids`,
    );
  }
  return { width, height, data };
}

/** Values of a label image as bytes. @throws RangeError naming file and value when one is over 255 */
export function asBytes(image: LabelImage, file: string): Uint8Array {
  if (image.data instanceof Uint8Array) return image.data;
  const over = image.data.find((value) => value > 255);
  if (over !== undefined) throw new RangeError(`${file}: has value ${over}; expected ids 0 … 33`);
  return Uint8Array.from(image.data);
}

/** Values of a label image as 16-bit numbers. */
export function asWords({ data }: LabelImage): Uint16Array {
  return data instanceof Uint16Array ? data : Uint16Array.from(data);
}

/**
 * Reads a mask: any pixel that is not black belongs to it. Colours count by their luminance, rounded,
 * as in the official tool (Pillow's conversion to grey), so a nearly black blue is outside; alpha is
 * not looked at.
 */
export async function readMask(file: string): Promise<LabelImage & { data: Uint8Array }> {
  const png = await readImage(file);
  const { width, height } = png;
  return { width, height, data: maskOf(png) };
}

function maskOf({ kind, depth, channels, data, palette, width, height }: Png): Uint8Array {
  if (kind === 'grey' && depth <= 8) return data as Uint8Array;
  const mask = new Uint8Array(width * height);
  if (palette) {
    const inside = Array.from({ length: 256 }, (_, k) =>
      Number(luminance(palette[3 * k] ?? 0, palette[3 * k + 1] ?? 0, palette[3 * k + 2] ?? 0) > 0),
    );
    for (let i = 0; i < mask.length; i++) mask[i] = inside[data[i]];
    return mask;
  }
  // Pillow keeps the high byte of 16-bit colours, but the whole number of 16-bit grey.
  const shift = depth === 16 && kind !== 'grey' ? 8 : 0;
  for (let i = 0; i < mask.length; i++) {
    const at = i * channels;
    const value =
      channels < 3
        ? data[at] >> shift
        : luminance(data[at] >> shift, data[at + 1] >> shift, data[at + 2] >> shift);
    mask[i] = Number(value > 0);
  }
  return mask;
}

/** ITU-R 601-2 luma in 16-bit fixed point with rounding, 0 … 255. */
const luminance = (r: number, g: number, b: number): number =>
  (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;

/**
 * Checks that two images of one frame have one size.
 * @throws Error naming both files
 */
export function checkSameSize(
  a: { readonly width: number; readonly height: number },
  aName: string,
  b: { readonly width: number; readonly height: number },
  bName: string,
): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new Error(
    `${bName}: is ${sizeText(b)}, but ${aName} is ${sizeText(a)} (height × width); the files of a frame must have one size`,
  );
}
