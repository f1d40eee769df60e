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
  if (height !== DIGIT_SIDE || width !== DIGIT_SIDE || labels.shape[0] !== count) {
    throw new Error(
      `${folder}: expected N images of 28 × 28 and N labels, got [${images.shape.join(', ')}] and [${labels.shape.join(', ')}]`,
    );
  }
  return { count, images: images.data, labels: labels.data };
}

/** Reads an IDX file of bytes: magic 0 0 8 rank, sizes as big-endian 32-bit numbers, data. */
async function readIdx(file: string, rank: number): Promise<{ shape: number[]; data: Uint8Array }> {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(await readFile(file));
  } catch (cause) {
    throw new Error(`${file}: cannot be read (${(cause as Error).message})`, { cause });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + 4 * rank;
  if (bytes.length < start || view.getUint32(0) !== 0x0800 + rank) {
    throw new Error(`${file}: expected an IDX file of bytes with ${rank} axes`);
  }
  const shape = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  const length = shape.reduce((a, b) => a * b, 1);
  if (bytes.length !== start + length) {
    throw new Error(`${file}: expected ${length} values, got ${bytes.length - start}`);
  }
  return { shape, data: bytes.subarray(start) };
}
