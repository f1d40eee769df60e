import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import { wholeFile } from '../files/whole-file.ts';
import { assertPixels } from '../size.ts';
import { deinterlaced, interlacedBytes } from './adam7.ts';
import { rowBytesOf, samplesOf } from './samples.ts';
import { unfilter } from './unfilter.ts';

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

/** What the header of a PNG says. */
export interface PngHeader extends Pick<Png, 'width' | 'height' | 'kind' | 'depth' | 'channels'> {
  readonly interlaced: boolean;
}

/**
 * Reads a PNG file without interpreting it: label ids stay ids. (Image libraries scale 1- to 4-bit
 * grey, apply palettes, colour profiles and gamma, and reduce 16 bits, each silently.) Inflation is
 * native and runs off the main thread, so several files can be read at once.
 *
 * @param accept may refuse what the header says before any pixel is decoded, by throwing
 * @throws Error naming the file when it is missing, not a PNG, truncated, damaged or above `MAX_PIXELS`
 */
export async function readPng(file: string, accept?: (header: PngHeader) => void): Promise<Png> {
  return decodePng(await wholeFile(file), file, accept);
}

/**
 * Decodes PNG bytes; see `readPng`.
 * @param name what the errors call it
 */
export async function decodePng(
  bytes: Uint8Array,
  name: string,
  accept?: (header: PngHeader) => void,
): Promise<Png> {
  const { header, palette, compressed } = chunks(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    name,
    accept,
  );
  const { interlaced, ...shape } = header;
  const { width, height, depth, channels } = shape;
  const rowBytes = rowBytesOf(width, header);
  const expected = interlaced ? interlacedBytes(width, height, header) : (rowBytes + 1) * height;
  const raw = await inflated(compressed, expected, header, name);
  const bpp = Math.max(1, (channels * depth) / 8);
  const data = interlaced
    ? deinterlaced(raw, width, height, header, name)
    : samplesOf(unfilter(raw, rowBytes, height, bpp, name), width, height, header);
  return { ...shape, data, ...(palette ? { palette } : {}) };
}

/** Pixel data of `expected` bytes. @throws when there are more or fewer, or they are damaged */
async function inflated(
  compressed: Buffer,
  expected: number,
  { width, height }: PngHeader,
  name: string,
): Promise<Buffer> {
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
  return raw;
}

/** The name of a chunk, four letters; what is none as its bytes. */
const shownType = (type: string): string =>
  /^[A-Za-z]{4}$/.test(type)
    ? type
    : `a chunk of type ${Buffer.from(type, 'latin1').toString('hex')}`;

/** Splits a PNG into header, palette and compressed pixels, with every critical checksum checked. */
function chunks(bytes: Buffer, name: string, accept: (header: PngHeader) => void = () => {}) {
  if (bytes.length === 0) throw new Error(`${name}: the file is empty, expected a PNG image`);
  if (!bytes.subarray(0, 8).equals(signature)) {
    const start = bytes
      .subarray(0, 4)
      .toString('hex')
      .replace(/..(?=.)/g, '$& ');
    throw new Error(`${name}: is not a PNG file, it starts with the bytes ${start}`);
  }
  let header: PngHeader | undefined;
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
      throw new Error(
        `${name}: PNG is damaged: wrong checksum in ${shownType(type)}; write the file again`,
      );
    }
    if (type === 'IHDR') accept((header = parseHeader(body, name)));
    else if (!header) throw new Error(`${name}: PNG is damaged: its first chunk is no header`);
    else if (type === 'PLTE') palette = new Uint8Array(body);
    else if (type === 'IDAT') parts.push(body);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  if (!parts.length) throw new Error(`${name}: PNG has no pixel data`);
  if (header.kind === 'palette' && !palette) throw new Error(`${name}: PNG lacks its palette`);
  return { header, palette, compressed: parts.length === 1 ? parts[0] : Buffer.concat(parts) };
}

function parseHeader(body: Buffer, name: string): PngHeader {
  if (body.length !== 13) throw new Error(`${name}: PNG header has ${body.length} bytes, not 13`);
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  const [depth, colour, compression, filter, interlace] = body.subarray(8);
  const known = kinds[colour];
  if (!known?.depths.includes(depth)) {
    throw new Error(
      `${name}: PNG has colour type ${colour} with ${depth} bits, which does not exist`,
    );
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new Error(
      `${name}: PNG has compression ${compression}, filter ${filter}, interlace ${interlace}; expected 0, 0, and 0 or 1`,
    );
  }
  assertPixels(`${name}: PNG`, { height, width });
  const { kind, channels } = known;
  return { width, height, depth, kind, channels, interlaced: interlace === 1 };
}
