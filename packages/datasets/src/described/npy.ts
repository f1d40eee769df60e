import { MAX_PIXELS } from '@scene-mtl/data';
import { wholeFile } from '@scene-mtl/data/files';

/** Numbers of a NumPy file, in C order. */
export interface Npy {
  readonly shape: readonly number[];
  /** u1 and i2 as they are; integers up to 2⁵³ and floats as `Float64Array`, `f4` as `Float32Array`. */
  readonly data: Uint8Array | Uint16Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

const MAGIC = Buffer.from('\u0093NUMPY', 'latin1');
/** Longest header that is parsed: what numpy writes has a few hundred bytes. */
const LONGEST_HEADER = 65_536;

type Make = (values: number) => Npy['data'];

interface Type {
  readonly bytes: number;
  readonly make: Make;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

const types: Readonly<Record<string, Type>> = {
  b1: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  u1: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  i1: { bytes: 1, make: (n) => new Int16Array(n), read: (v, at) => v.getInt8(at) },
  u2: { bytes: 2, make: (n) => new Uint16Array(n), read: (v, at, l) => v.getUint16(at, l) },
  i2: { bytes: 2, make: (n) => new Int16Array(n), read: (v, at, l) => v.getInt16(at, l) },
  u4: { bytes: 4, make: (n) => new Float64Array(n), read: (v, at, l) => v.getUint32(at, l) },
  i4: { bytes: 4, make: (n) => new Int32Array(n), read: (v, at, l) => v.getInt32(at, l) },
  u8: {
    bytes: 8,
    make: (n) => new Float64Array(n),
    read: (v, at, l) => Number(v.getBigUint64(at, l)),
  },
  i8: {
    bytes: 8,
    make: (n) => new Float64Array(n),
    read: (v, at, l) => Number(v.getBigInt64(at, l)),
  },
  f4: { bytes: 4, make: (n) => new Float32Array(n), read: (v, at, l) => v.getFloat32(at, l) },
  f8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at, l) => v.getFloat64(at, l) },
};

/**
 * Reads a NumPy file (NEP 1, versions 1 to 3) as it is stored: booleans, whole numbers of 1 to 8 bytes and
 * floats of 4 and 8, in either order of bytes, in C or Fortran order.
 * @param accept may refuse a shape before any number is read, by throwing
 * @throws naming the file: missing, no NumPy file, of another type, or with more or fewer bytes than its
 * shape says
 */
export async function readNpy(
  file: string,
  accept?: (shape: readonly number[]) => void,
): Promise<Npy> {
  return decodeNpy(await wholeFile(file), file, accept);
}

/**
 * Decodes the bytes of a NumPy file; see `readNpy`.
 * @param name what the errors call it
 */
export function decodeNpy(
  bytes: Buffer,
  name: string,
  accept: (shape: readonly number[]) => void = () => {},
): Npy {
  const { type, little, fortran, shape, start } = header(bytes, name);
  const count = shape.reduce((a, b) => a * b, 1);
  // Three numbers for each pixel of the largest picture.
  if (!(count <= 3 * MAX_PIXELS)) {
    throw new Error(`${name}: ${shape.join(' × ')} numbers, expected at most ${3 * MAX_PIXELS}`);
  }
  accept(shape);
  const { bytes: each, make, read } = types[type];
  const expected = start + count * each;
  if (bytes.length !== expected) {
    throw new Error(
      `${name}: NumPy file of ${bytes.length} bytes, expected ${expected} for ${shape.join(' × ') || 'one'} of ${type}; write the file again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const data = make(count);
  const order = fortran && shape.length > 1 ? fortranOrder(shape) : undefined;
  for (let i = 0; i < count; i++) {
    data[i] = read(view, start + (order ? order(i) : i) * each, little);
  }
  return { shape, data };
}

/** Place in Fortran order (the first index fastest) of the i-th number in C order. */
function fortranOrder(shape: readonly number[]): (i: number) => number {
  const strides = shape.map((_, k) => shape.slice(0, k).reduce((a, b) => a * b, 1));
  return (i) => {
    let place = 0;
    for (let k = shape.length - 1; k >= 0; k--) {
      place += (i % shape[k]) * strides[k];
      i = Math.floor(i / shape[k]);
    }
    return place;
  };
}

function header(bytes: Buffer, name: string) {
  if (bytes.length < 10 || !bytes.subarray(0, 6).equals(MAGIC)) {
    throw new Error(`${name}: is not a NumPy file (.npy)`);
  }
  const version = bytes[6];
  if (version < 1 || version > 3) {
    throw new Error(`${name}: NumPy file of version ${version}, expected 1, 2 or 3`);
  }
  const before = version === 1 ? 10 : 12;
  const length =
    version === 1 ? bytes.readUInt16LE(8) : bytes.length < 12 ? Infinity : bytes.readUInt32LE(8);
  const start = before + length;
  if (start > bytes.length || length > LONGEST_HEADER) {
    throw new Error(`${name}: NumPy file is truncated in its header; write the file again`);
  }
  const text = bytes.toString(version === 3 ? 'utf8' : 'latin1', before, start);
  const descr = /'descr'\s*:\s*'([<>|=]?)(\w+)'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const dims = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text);
  if (!descr || !order || !dims) {
    throw new Error(
      `${name}: NumPy header ${JSON.stringify(text.trim().slice(0, 80))}: expected descr of one type, fortran_order and shape`,
    );
  }
  if (!Object.hasOwn(types, descr[2])) {
    throw new Error(
      `${name}: numbers of type '${descr[1]}${descr[2]}', expected one of ${Object.keys(types).join(', ')}`,
    );
  }
  const shape = dims[1]
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  return {
    type: descr[2],
    little: descr[1] !== '>',
    fortran: order[1] === 'True',
    shape,
    start,
  };
}
