import { readHeader } from './safetensors-header.ts';
import { encodedAs, type FloatType } from './stored-types.ts';

/** A named tensor outside any tensor library: flat and row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/** How a file is written. */
export interface SafetensorsOptions {
  /** Type in which float32 numbers are stored, default `F32`; `F16` rounds them to the nearest binary16. */
  readonly floats?: FloatType;
}

/** Content of a safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free text of the writer. */
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
/** Longest header that the format's reference reads, bytes. */
const MAX_HEADER = 100_000_000;

/**
 * Encodes tensors in the safetensors format (github.com/huggingface/safetensors): eight bytes of
 * little-endian header length, a JSON header, the data back to back. The same tensors in the same
 * order give the same bytes. Writes F32 or F16, I32 and I64.
 * @throws naming a tensor whose data do not fit its shape, or whose numbers F16 has no place for
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from '@scene-mtl/core';
 * const bias = { shape: [2], data: Float32Array.of(1, 2) };
 * const bytes = encodeSafetensors(new Map([['bias', bias]]), { step: '7' });
 * const { tensors, metadata } = decodeSafetensors(bytes, 'bytes');
 * tensors.get('bias')?.data; // → [1, 2]
 * metadata; // → { step: '7' }
 * ```
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
  { floats = 'F32' }: SafetensorsOptions = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const contents: Uint8Array[] = [];
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (['__metadata__', '__proto__'].includes(name)) {
      throw new Error(`safetensors: tensor ${name}: expected another name, this one is taken`);
    }
    if (data.length !== shape.reduce((a, b) => a * b, 1)) {
      throw new Error(
        `safetensors: tensor ${name}: expected ${shape.join('×') || 'one'} numbers, got ${data.length}`,
      );
    }
    const { dtype, content } = encodedAs(floats, data, `safetensors: tensor ${name}`);
    header[name] = { dtype, shape, data_offsets: [end, (end += content.length)] };
    contents.push(content);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces so that the data begins at a multiple of 8, as the format asks.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + length + end).fill(
    0x20,
    LENGTH_BYTES,
    LENGTH_BYTES + length,
  );
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + length;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/**
 * Decodes a safetensors file; the tensors are copies. Numbers of 8 and 16 bits become float32 or int32.
 * @param where name of the file, for errors
 * @throws in one line that names file and tensor when the file is cut short, has bytes over, or its header
 *   breaks a rule of the format
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const room = bytes.length - LENGTH_BYTES;
  if (room < 0) {
    throw new Error(`${where}: expected a safetensors file, at least 8 bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(room, MAX_HEADER))) {
    throw new Error(
      `${where}: header: expected at most ${Math.min(room, MAX_HEADER)} bytes, got a length of ` +
        `${length}: the file was cut short, or is no safetensors file`,
    );
  }
  const start = LENGTH_BYTES + Number(length);
  const header = readHeader(bytes.subarray(LENGTH_BYTES, start), bytes.length - start, where);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, type, shape, begin, end } of header.tensors) {
    tensors.set(name, { shape, data: type.read(bytes.subarray(start + begin, start + end)) });
  }
  return { tensors, metadata: header.metadata };
}
