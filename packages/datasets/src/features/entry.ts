import { createHash } from 'node:crypto';
import { fromHalf, toHalf } from '@scene-mtl/data';

/** How numbers are kept: as they are, or rounded to half the size. */
export const FEATURE_TYPES = ['f32', 'f16'] as const;

/** See {@link FEATURE_TYPES}. */
export type FeatureType = (typeof FEATURE_TYPES)[number];

const DIGEST = 32;
const BYTES: Readonly<Record<FeatureType, number>> = { f32: 4, f16: 2 };

/** Bytes of an entry of so many numbers. */
export const entryBytes = (type: FeatureType, length: number): number =>
  DIGEST + BYTES[type] * length;

let halves: Float32Array | undefined;

/** Every half by its bits: looking one up is several times as fast as computing it. */
const table = (): Float32Array =>
  (halves ??= Float32Array.from({ length: 0x10000 }, (_, bits) => fromHalf(bits)));

/**
 * Features as an entry: SHA-256 of name and numbers, then the numbers, little endian.
 * @param name of the entry, so that one under another's name is none
 * @throws when a number is too large for the type, or not finite
 */
export function encodeEntry(name: string, features: Float32Array, type: FeatureType): Buffer {
  const broken = features.find((x) => !Number.isFinite(x));
  if (broken !== undefined) throw new Error(`features that are not finite: ${broken}`);
  const largest = features.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (type === 'f16' && toHalf(largest) === 0x7c00) {
    throw new Error(
      `features up to ${largest} do not fit into f16, whose largest is 65504; take f32`,
    );
  }
  const numbers = type === 'f16' ? Uint16Array.from(features, toHalf) : features;
  const content = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Buffer.concat([digest(name, content), content]);
}

/** The numbers of an entry; undefined where it was cut short, damaged or is another's. */
export function decodeEntry(
  name: string,
  bytes: Buffer,
  type: FeatureType,
  length: number,
): Float32Array | undefined {
  if (bytes.length !== entryBytes(type, length)) return undefined;
  const content = bytes.subarray(DIGEST);
  if (!digest(name, content).equals(bytes.subarray(0, DIGEST))) return undefined;
  // A copy, whose begin is one of numbers whatever the buffer's was.
  const aligned = new Uint8Array(content).buffer;
  if (type === 'f32') return new Float32Array(aligned);
  const [bits, values, known] = [new Uint16Array(aligned), new Float32Array(length), table()];
  for (let i = 0; i < length; i++) values[i] = known[bits[i]];
  return values;
}

const digest = (name: string, content: Uint8Array): Buffer =>
  createHash('sha256').update(name).update(content).digest();
