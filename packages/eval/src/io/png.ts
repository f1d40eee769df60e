import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import { decode as decodeInterlaced } from 'fast-png';
import { unfilter } from './png-filter.ts';

/** What the samples of a PNG are. */
export type PngKind = 'grey' | 'grey-alpha' | 'rgb' | 'rgba' | 'palette';

/** A decoded PNG: the samples exactly as stored, never scaled, colour-managed or expanded. */
export interface Png {
  readonly width: number;
  readonly height: number;
  readonly kind: PngKind;
  /** Bits per stored sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly channels: number;
  /** `[H, W, channels]` row-major; u16 for 16 bits, else u8. Palette images hold their indices. */
  readonly data: Uint8Array | Uint16Array;
  /** RGB triples of a palette image, `u8 [entries, 3]`. */
  readonly palette?: Uint8Array;
}

/** Most pixels accepted: 2¹⁶ × 2¹² (a larger header is an error, not an allocation). */
const MAX_PIXELS = 2 ** 28;

const kinds: Readonly<Record<number, { kind: PngKind; channels: number; depths: number[] }>> = {
  0: { kind: 'grey', channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { kind: 'rgb', channels: 3, depths: [8, 16] },
  3: { kind: 'palette', channels: 1, depths: [1, 2, 4, 8] },
  4: { kind: 'grey-alpha', channels: 2, depths: [8, 16] },
  6: { kind: 'rgba', channels: 4, depths: [8, 16] },
};

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const inflateAsync = promisify<Buffer, { maxOutputLength: number; chunkSize: number }, Buffer>(
  inflate,
);

/**
 * Reads a PNG file without interpreting it: label ids stay ids. (Image libraries scale 1- to 4-bit
 * grey, apply palettes and reduce 16 bits, each silently.) Inflation is native and runs off the main
 * thread, so several files can be read at once.
 *
 * @throws Error naming the file when it is missing, not a PNG, truncated or damaged
 */
export async function readPng(file: string): Promise<Png> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
  return decodePng(bytes, file);
}

/**
 * Decodes PNG bytes; see `readPng`.
 * @param name what the errors call it
 */
export async function decodePng(bytes: Buffer, name: string): Promise<Png> {
  const { header, palette, compressed } = chunks(bytes, name);
  const { width, height, depth, kind, channels } = header;
  if (header.interlaced) return viaFastPng(bytes, header, palette, name);
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const expected = (rowBytes + 1) * height;
  let raw: Buffer;
  try {
    // One chunk is one trip to the thread pool; the default of 16 KiB would be hundreds.
    const chunkSize = Math.max(64, expected + 1);
    raw = await inflateAsync(compressed, { maxOutputLength: expected, chunkSize });
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const cause =
      code === 'ERR_BUFFER_TOO_LARGE'
        ? `holds more pixels than its header says (${height} × ${width})`
        : code === 'Z_BUF_ERROR'
          ? 'is truncated: its pixel data ends early'
          : `has damaged pixel data (${code})`;
    throw new Error(`${name}: PNG ${cause}; write the file again`, { cause: error });
  }
  if (raw.length < expected) {
    throw new Error(
      `${name}: PNG is truncated: ${raw.length} of ${expected} bytes of pixel data; write the file again`,
    );
  }
  const packed = unfilter(raw, rowBytes, height, Math.max(1, (channels * depth) / 8), name);
  const data =
    depth === 16
      ? wordsOf(packed)
      : depth === 8
        ? packed
        : unpack(packed, width, height, rowBytes, depth);
  return { width, height, kind, depth, channels, data, ...(palette ? { palette } : {}) };
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly kind: PngKind;
  readonly channels: number;
  readonly interlaced: boolean;
}

/** Splits a PNG into header, palette and compressed pixels, with every critical checksum checked. */
function chunks(bytes: Buffer, name: string) {
  if (!bytes.subarray(0, 8).equals(signature)) throw new Error(`${name}: is not a PNG file`);
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  const parts: Buffer[] = [];
  for (let at = 8; ;) {
    const length = at + 12 <= bytes.length ? bytes.readUInt32BE(at) : 0;
    if (at + 12 + length > bytes.length) {
      throw new Error(`${name}: PNG is truncated at byte ${bytes.length}; write the file again`);
    }
    const type = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    // An upper-case first letter marks a chunk that decides the picture.
    const critical = type.charCodeAt(0) < 0x60;
    if (
      critical &&
      crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(at + 8 + length)
    ) {
      throw new Error(`${name}: PNG is damaged: wrong checksum in ${type}; write the file again`);
    }
    if (type === 'IHDR') header = parseHeader(body, name);
    else if (type === 'PLTE') palette = new Uint8Array(body);
    else if (type === 'IDAT') parts.push(body);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  if (!header) throw new Error(`${name}: PNG has no header`);
  if (!parts.length) throw new Error(`${name}: PNG has no pixel data`);
  if (header.kind === 'palette' && !palette) throw new Error(`${name}: PNG lacks its palette`);
  return { header, palette, compressed: parts.length === 1 ? parts[0] : Buffer.concat(parts) };
}

function parseHeader(body: Buffer, name: string): Header {
  if (body.length !== 13) throw new Error(`${name}: PNG header has ${body.length} bytes, not 13`);
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  const [depth, colour, , , interlace] = body.subarray(8);
  const known = kinds[colour];
  if (!known?.depths.includes(depth)) {
    throw new Error(
      `${name}: PNG has colour type ${colour} with ${depth} bits, which does not exist`,
    );
  }
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) {
    throw new Error(
      `${name}: PNG size ${height} × ${width} is empty or above ${MAX_PIXELS} pixels`,
    );
  }
  if (interlace > 1) throw new Error(`${name}: PNG has interlace method ${interlace}, not 0 or 1`);
  const { kind, channels } = known;
  return { width, height, depth, kind, channels, interlaced: interlace === 1 };
}

/** Interlaced files are rare and slow to read; fast-png does it, losslessly for whole bytes. */
function viaFastPng(
  bytes: Buffer,
  { width, height, kind, depth, channels }: Header,
  palette: Uint8Array | undefined,
  name: string,
): Png {
  if (depth < 8) {
    throw new Error(
      `${name}: PNG is interlaced with ${depth} bits, which is not read here; save it without interlacing`,
    );
  }
  try {
    const { data } = decodeInterlaced(bytes, { checkCrc: true });
    if (data.length !== width * height * channels) throw new Error(`${data.length} samples`);
    const own = data instanceof Uint16Array ? data : new Uint8Array(data);
    return { width, height, kind, depth, channels, data: own, ...(palette ? { palette } : {}) };
  } catch (error) {
    throw new Error(`${name}: PNG has damaged pixel data (${(error as Error).message})`, {
      cause: error,
    });
  }
}

/** Big-endian 16-bit samples → numbers, in place where the memory is aligned. */
function wordsOf(packed: Uint8Array): Uint16Array {
  const own = packed.byteOffset % 2 === 0 ? packed : packed.slice();
  Buffer.from(own.buffer, own.byteOffset, own.length).swap16();
  return new Uint16Array(own.buffer, own.byteOffset, own.length >> 1);
}

/** 1-, 2- or 4-bit samples, high bits first → one byte each, unscaled. */
function unpack(
  packed: Uint8Array,
  width: number,
  height: number,
  rowBytes: number,
  depth: number,
): Uint8Array {
  const perByte = 8 / depth;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = packed[y * rowBytes + Math.floor(x / perByte)];
      data[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & ((1 << depth) - 1);
    }
  }
  return data;
}
