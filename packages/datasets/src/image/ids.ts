import { readPng, type PngHeader } from '@scene-mtl/data/png';
import type { Size } from '@scene-mtl/data';

/** One channel of an image, row-major. */
export interface Grey<Data extends Uint8Array | Uint16Array> extends Size {
  /** `[H, W]`. */
  readonly data: Data;
}

/**
 * Reads a picture whose numbers have a meaning (classes, masks), exactly as stored: no colour profile,
 * gamma or transparency is applied, grey of 1 to 4 bits is not stretched, and a palette picture gives its
 * indices.
 * @throws for a missing, truncated or damaged file, or one of several channels; the message names it
 */
export async function readIds(file: string): Promise<Grey<Uint8Array | Uint16Array>> {
  const { height, width, data } = await readPng(file, (header) => {
    if (header.kind === 'grey' || header.kind === 'palette') return;
    throw unexpected(file, 'one channel, grey or palette', header);
  });
  return { height, width, data };
}

/**
 * Reads a picture of 16-bit numbers (instance ids, disparity), exactly as stored.
 * @throws as `readIds`, and for another bit depth: what was meant to have 16 bits has lost numbers
 */
export async function readWords(file: string): Promise<Grey<Uint16Array>> {
  const { height, width, data } = await readPng(file, (header) => {
    if (header.kind === 'grey' && header.depth === 16) return;
    throw unexpected(file, '16 bits per channel, grey', header);
  });
  return { height, width, data: data as Uint16Array };
}

/**
 * Reads a picture of three 8-bit numbers per pixel (normals), exactly as stored.
 * @throws as `readIds`
 */
export async function readTriples(file: string): Promise<Size & { readonly data: Uint8Array }> {
  const { height, width, data } = await readPng(file, (header) => {
    if (header.kind === 'rgb' && header.depth === 8) return;
    throw unexpected(file, '8 bits per channel, rgb', header);
  });
  return { height, width, data: data as Uint8Array };
}

const unexpected = (file: string, wanted: string, { depth, kind, height, width }: PngHeader) =>
  new Error(`${file}: expected ${wanted}; got ${depth} bits, ${kind} (${height} × ${width})`);
