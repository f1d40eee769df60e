import { rowBytesOf, samplesOf, type Packing } from './samples.ts';
import { unfilter } from './unfilter.ts';

/**
 * One of the seven pictures that an interlaced PNG consists of: every `right`th pixel of every
 * `down`th row, from (top, left).
 */
interface Pass {
  readonly top: number;
  readonly left: number;
  readonly down: number;
  readonly right: number;
  readonly height: number;
  readonly width: number;
}

/** Adam7 (PNG specification, third edition, section 8.1): top, left, down, right. */
const ADAM7 = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
] as const;

/** Passes of a picture that have pixels; the others are not in the file. */
const passesOf = (width: number, height: number): Pass[] =>
  ADAM7.map(([top, left, down, right]) => ({
    ...{ top, left, down, right },
    height: Math.ceil((height - top) / down),
    width: Math.ceil((width - left) / right),
  })).filter((pass) => pass.height > 0 && pass.width > 0);

/** Bytes of the inflated data of an interlaced picture, filter bytes included. */
export const interlacedBytes = (width: number, height: number, packing: Packing): number =>
  passesOf(width, height).reduce(
    (sum, pass) => sum + pass.height * (1 + rowBytesOf(pass.width, packing)),
    0,
  );

/**
 * Samples of an interlaced picture.
 * @param raw inflated data, pass after pass; overwritten
 * @returns `[H, W, channels]`, as stored
 * @throws naming the file for a filter that does not exist
 */
export function deinterlaced(
  raw: Uint8Array,
  width: number,
  height: number,
  packing: Packing,
  name: string,
): Uint8Array | Uint16Array {
  const { channels, depth } = packing;
  const length = width * height * channels;
  const data = depth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  let at = 0;
  for (const pass of passesOf(width, height)) {
    const rowBytes = rowBytesOf(pass.width, packing);
    const bytes = pass.height * (1 + rowBytes);
    const part = raw.subarray(at, at + bytes);
    const rows = unfilter(part, rowBytes, pass.height, Math.max(1, (channels * depth) / 8), name);
    const samples = samplesOf(rows, pass.width, pass.height, packing);
    for (let y = 0, from = 0; y < pass.height; y++) {
      for (let x = 0; x < pass.width; x++) {
        const row = pass.top + y * pass.down;
        const to = (row * width + pass.left + x * pass.right) * channels;
        for (let k = 0; k < channels; k++) data[to + k] = samples[from++];
      }
    }
    at += bytes;
  }
  return data;
}
