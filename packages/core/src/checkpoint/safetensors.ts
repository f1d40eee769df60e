/** A named tensor outside any tensor library: flat and row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/** Content of a safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free text of the writer. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const types = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array } as const;
const LENGTH_BYTES = 8;

/**
 * Encodes tensors in the safetensors format (github.com/huggingface/safetensors): eight bytes of
 * little-endian header length, a JSON header, the data back to back. The same tensors in the same
 * order give the same bytes. Writes F32 and I32.
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
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (data.length !== shape.reduce((a, b) => a * b, 1) || name === '__metadata__') {
      throw new Error(
        `safetensors: tensor ${name}: expected ${shape.join('×') || 'one'} numbers, got ${data.length}`,
      );
    }
    const dtype = data.BYTES_PER_ELEMENT === 8 ? 'I64' : isFloat(data) ? 'F32' : 'I32';
    header[name] = { dtype, shape, data_offsets: [end, (end += data.byteLength)] };
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
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

// `instanceof` fails across realms (worker threads, test runners), the tag does not.
const isFloat = (data: StoredTensor['data']): boolean =>
  Object.prototype.toString.call(data) === '[object Float32Array]';

/**
 * Decodes a safetensors file; the tensors are copies.
 * @param where name of the file, for errors
 * @throws when the file is cut short, has bytes over, or its header is not one of this format
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const fail = (what: string): never => {
    throw new Error(`${where}: not a whole safetensors file: ${what}`);
  };
  if (bytes.length < LENGTH_BYTES) fail(`expected at least 8 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  const room = bytes.length - LENGTH_BYTES;
  if (headerLength > BigInt(room)) {
    fail(`expected a header of ${headerLength} bytes, but only ${room} follow`);
  }
  const start = LENGTH_BYTES + Number(headerLength);
  const { __metadata__: metadata = {}, ...entries } = parse(
    bytes.subarray(LENGTH_BYTES, start),
    fail,
  );
  const size = bytes.length - start;
  const tensors = new Map<string, StoredTensor>();
  let covered = 0;
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    const { dtype, shape, data_offsets: offsets } = entry ?? {};
    const Type = types[dtype as keyof typeof types];
    if (!Type)
      fail(`tensor ${name}: expected dtype ${Object.keys(types).join(', ')}, got ${dtype}`);
    const [begin, end] = Array.isArray(offsets) ? offsets : [NaN, NaN];
    const numbers = Array.isArray(shape) ? shape.reduce((a, b) => a * b, 1) : NaN;
    const bytesOf = numbers * Type.BYTES_PER_ELEMENT;
    if (!(begin >= 0 && end - begin === bytesOf)) {
      fail(`tensor ${name}: expected ${bytesOf} bytes for its shape, got ${begin} … ${end}`);
    }
    if (end > size) fail(`tensor ${name}: its data ends at byte ${end} of ${size}`);
    covered += bytesOf;
    // Copied by hand: `slice` of a Node Buffer shares the memory of the file.
    const data = new Type(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer);
    tensors.set(name, { shape, data });
  }
  if (covered !== size) fail(`expected ${covered} bytes of data, got ${size}`);
  return { tensors, metadata: metadata as Record<string, string> };
}

function parse(bytes: Uint8Array, fail: (what: string) => never): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null) return header as Record<string, unknown>;
  } catch (error) {
    return fail(`its header is no JSON (${String(error)})`);
  }
  return fail('its header is no JSON object');
}
