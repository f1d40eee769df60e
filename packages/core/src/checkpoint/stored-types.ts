import { fromHalf, toHalf } from '@scene-mtl/data';
import type { StoredTensor } from './safetensors.ts';

/** How the numbers of one type lie in a file, little endian. */
export interface StoredType {
  /** Bytes of one number. */
  readonly bytes: number;
  /** The numbers, in memory of their own. */
  readonly read: (bytes: Uint8Array) => StoredTensor['data'];
}

// Copied by hand: `slice` of a Node Buffer shares the memory of the file.
const copy = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/**
 * Types of safetensors that are read: as they are, or widened without loss. `F64`, `U32`, `U64` and the 8-bit
 * floats are not: they would lose digits, or nobody has them.
 */
export const storedTypes: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ['F32', { bytes: 4, read: (b) => new Float32Array(copy(b)) }],
  ['F16', { bytes: 2, read: (b) => Float32Array.from(new Uint16Array(copy(b)), fromHalf) }],
  ['BF16', { bytes: 2, read: (b) => widened(new Uint16Array(copy(b))) }],
  ['I64', { bytes: 8, read: (b) => new BigInt64Array(copy(b)) }],
  ['I32', { bytes: 4, read: (b) => new Int32Array(copy(b)) }],
  ['I16', { bytes: 2, read: (b) => Int32Array.from(new Int16Array(copy(b))) }],
  ['I8', { bytes: 1, read: (b) => Int32Array.from(new Int8Array(copy(b))) }],
  ['U16', { bytes: 2, read: (b) => Int32Array.from(new Uint16Array(copy(b))) }],
  ['U8', { bytes: 1, read: (b) => Int32Array.from(b) }],
  ['BOOL', { bytes: 1, read: (b) => Int32Array.from(b) }],
]);

/** bfloat16 is the upper half of a float32. */
function widened(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => (half << 16) >>> 0).buffer);
}

/** `float32`, `int32` or `int64`. */
export function dtypeOf({ data }: Pick<StoredTensor, 'data'>): 'float32' | 'int32' | 'int64' {
  if (data.BYTES_PER_ELEMENT === 8) return 'int64';
  // `instanceof` fails across realms (worker threads, test runners), the tag does not.
  const tag = Object.prototype.toString.call(data);
  return tag === '[object Float32Array]' ? 'float32' : 'int32';
}

/** Types in which float32 numbers are written. */
export type FloatType = 'F32' | 'F16';

/** The bytes of some numbers and the name of their type. @throws where F16 has no finite number near one that is */
export function encodedAs(
  floats: FloatType,
  data: StoredTensor['data'],
  where: string,
): { readonly dtype: string; readonly content: Uint8Array } {
  const kept = dtypeOf({ data });
  if (kept === 'float32' && floats === 'F16') {
    return { dtype: 'F16', content: bytesOf(halvesOf(data as Float32Array, where)) };
  }
  const dtype = { float32: 'F32', int32: 'I32', int64: 'I64' }[kept];
  return { dtype, content: bytesOf(data) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function halvesOf(data: Float32Array, where: string): Uint16Array {
  const halves = Uint16Array.from(data, toHalf);
  const at = halves.findIndex((half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(data[i]));
  if (at < 0) return halves;
  throw new Error(
    `${where}: expected numbers below 65520 in size, which F16 has a place for, got ${data[at]}; store it as F32`,
  );
}
