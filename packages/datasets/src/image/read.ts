import { readFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import sharp from 'sharp';
import type { Size } from '@scene-mtl/data';
import { expectPng, readPngHeader } from './png-header.ts';

/** One channel of an image, row-major. */
export interface Grey<Data extends Uint8Array | Uint16Array> {
  readonly height: number;
  readonly width: number;
  /** `[H, W]`. */
  readonly data: Data;
}

/** A colour image, row-major. */
export interface Rgb {
  readonly height: number;
  readonly width: number;
  /** `u8 [H, W, 3]`. */
  readonly data: Uint8Array;
}

/**
 * Reads an 8-bit colour photograph (PNG or JPEG), resized to `size` px with Lanczos averaging
 * (kernel lanczos3 of libvips, which widens with the factor, so each source pixel counts).
 * @returns the image and the photograph's own size
 * @throws for a missing, truncated, grey or 16-bit file; the message names it
 */
export async function readPhoto(file: string, size?: Size): Promise<Rgb & { native: Size }> {
  const bytes = await readBytes(file);
  if (file.toLowerCase().endsWith('.png')) {
    expectPng(file, readPngHeader(bytes, file), { depth: 8, colour: ['rgb', 'rgba'] });
  } else if (bytes.length === 0) {
    throw new Error(`${file}: the file is empty, expected a photograph`);
  }
  return naming(file, async () => {
    const photo = sharp(bytes, { failOn: 'warning' });
    const { width, height, channels, depth } = await photo.metadata();
    if (channels < 3 || depth !== 'uchar') {
      throw new Error(`expected an 8-bit colour photograph, got ${channels} channels of ${depth}`);
    }
    const native = { height, width };
    const target = size ?? native;
    if (target.height !== height || target.width !== width) {
      photo.resize(target.width, target.height, {
        fit: 'fill',
        kernel: 'lanczos3',
        // Reading a JPEG at a fraction of its size would average in blocks before the kernel.
        fastShrinkOnLoad: false,
      });
    }
    const data = await photo.toColourspace('srgb').removeAlpha().raw().toBuffer();
    return { ...target, data: plain(data), native };
  });
}

/**
 * Reads an 8-bit single-channel PNG (label ids) without any conversion.
 * @throws for a missing or truncated file, or another bit depth or colour type
 */
export async function readGrey8(file: string): Promise<Grey<Uint8Array>> {
  const bytes = await readBytes(file);
  const { width, height } = checked(file, bytes, 8);
  return naming(file, async () => {
    // A grey file leaves sharp with three channels unless the colour space is named.
    const data = await sharp(bytes, { failOn: 'warning' }).toColourspace('b-w').raw().toBuffer();
    if (data.length !== width * height) {
      throw new Error(`decoded to ${data.length} bytes, expected ${height} × ${width}`);
    }
    return { width, height, data: plain(data) };
  });
}

/**
 * Reads a 16-bit single-channel PNG (instance ids, disparity) without any conversion.
 * @throws for a missing or truncated file, a wrong checksum, or another bit depth or colour type
 */
export async function readGrey16(file: string): Promise<Grey<Uint16Array>> {
  const bytes = await readBytes(file);
  const { width, height } = checked(file, bytes, 16);
  return naming(file, () => {
    const { data } = decode(bytes, { checkCrc: true });
    if (!(data instanceof Uint16Array) || data.length !== width * height) {
      throw new Error(`decoded to ${data.length} values, expected ${height} × ${width}`);
    }
    return { width, height, data };
  });
}

function checked(file: string, bytes: Uint8Array, depth: number): Size {
  const header = readPngHeader(bytes, file);
  expectPng(file, header, { depth, colour: ['grey'] });
  return header;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new Error(`${file}: cannot be read (${code})`, { cause });
  }
}

/** Puts the file's name in front of what a decoder throws. */
async function naming<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`${file}: the image is damaged or of an unexpected kind (${reason})`, {
      cause,
    });
  }
}

const plain = (buffer: Buffer) =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
