import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** MNIST digits (LeCun et al. 1998). */
export interface Mnist {
  readonly count: number;
  /** `u8 [N, 28, 28]`. */
  readonly images: Uint8Array;
  /** `u8 [N]`, 0–9. */
  readonly labels: Uint8Array;
}

/** Side of a digit, px. */
export const DIGIT_SIDE = 28;

/** Most bytes that a file may unpack to: MNIST's largest has 47 MB. */
const MAX_BYTES = 2 ** 27;

/** The files of one part of MNIST: images, labels. */
export function mnistFiles(folder: string, split: 'train' | 'test'): [string, string] {
  const stem = split === 'train' ? 'train' : 't10k';
  const file = (kind: string) => join(folder, `${stem}-${kind}-ubyte.gz`);
  return [file('images-idx3'), file('labels-idx1')];
}

/**
 * Reads one part of MNIST from its gzipped IDX files under their standard names.
 * @throws for a missing, damaged or foreign file; the message names it
 */
export async function readMnist(folder: string, split: 'train' | 'test'): Promise<Mnist> {
  const [imageFile, labelFile] = mnistFiles(folder, split);
  const images = await readIdx(imageFile, 3);
  const labels = await readIdx(labelFile, 1);
  const [count, height, width] = images.shape;
  if (count === 0) throw new Error(`${imageFile}: expected one digit or more, got none`);
  if (height !== DIGIT_SIDE || width !== DIGIT_SIDE) {
    throw new Error(
      `${imageFile}: expected images of ${DIGIT_SIDE} × ${DIGIT_SIDE}, got ${height} × ${width}`,
    );
  }
  if (labels.shape[0] !== count) {
    throw new Error(
      `${labelFile}: expected ${count} labels, as there are images, got ${labels.shape[0]}`,
    );
  }
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new Error(
      `${labelFile}: label ${wrong}: expected a digit 0–9, got ${labels.data[wrong]}`,
    );
  }
  return { count, images: images.data, labels: labels.data };
}

/** Reads an IDX file of bytes: magic 0 0 8 rank, sizes as big-endian 32-bit numbers, data. */
async function readIdx(file: string, rank: number): Promise<{ shape: number[]; data: Uint8Array }> {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(await readFile(file), { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ERR_BUFFER_TOO_LARGE' ? `unpacks to more than ${MAX_BYTES} bytes` : message;
    throw new Error(`${file}: cannot be read (${why})`, { cause });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new Error(`${file}: expected an IDX header of ${start} bytes, got ${bytes.length}`);
  }
  const [magic, expected] = [view.getUint32(0), 0x0800 + rank];
  if (magic !== expected) {
    const hex = (n: number) => `0x${n.toString(16).padStart(8, '0')}`;
    throw new Error(
      `${file}: expected an IDX file of bytes with ${rank} axes, magic number ${hex(expected)}, got ${hex(magic)}`,
    );
  }
  const shape = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  const length = shape.reduce((a, b) => a * BigInt(b), 1n);
  if (BigInt(bytes.length - start) !== length) {
    throw new Error(
      `${file}: expected ${length} bytes for [${shape.join(', ')}], got ${bytes.length - start}`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}
