/** What the first chunk of a PNG file says (PNG specification, section 11.2.1). */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per channel: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colour: 'grey' | 'rgb' | 'palette' | 'grey+alpha' | 'rgba';
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The letters 'IHDR' as one number. */
const IHDR = 0x49484452;
const COLOUR: Record<number, PngHeader['colour']> = {
  0: 'grey',
  2: 'rgb',
  3: 'palette',
  4: 'grey+alpha',
  6: 'rgba',
};

/**
 * Header of a PNG file, after walking its chunks to the end. Decoders forgive a file whose tail is
 * missing when the pixels happen to be complete; a data set should not.
 * @throws for an empty, foreign or truncated file; the message starts with `file`
 */
export function readPngHeader(bytes: Uint8Array, file: string): PngHeader {
  if (bytes.length === 0) throw new Error(`${file}: the file is empty, expected a PNG image`);
  const signature = SIGNATURE.slice(0, bytes.length);
  if (signature.some((byte, i) => bytes[i] !== byte)) {
    throw new Error(`${file}: expected a PNG image, the file starts with ${startOf(bytes)}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IEND') return header(view, file);
  }
  throw new Error(
    `${file}: the PNG image is truncated (${bytes.length} bytes, no end chunk); copy or generate it again`,
  );
}

/** Throws unless the header has these properties; says all that differ. */
export function expectPng(
  file: string,
  found: PngHeader,
  wanted: { depth: number; colour: readonly PngHeader['colour'][] },
): void {
  if (found.depth === wanted.depth && wanted.colour.includes(found.colour)) return;
  throw new Error(
    `${file}: expected ${wanted.depth} bits per channel, ${wanted.colour.join(' or ')}; got ${found.depth} bits, ${found.colour} (${found.height} × ${found.width})`,
  );
}

function header(view: DataView, file: string): PngHeader {
  if (view.byteLength < 33 || view.getUint32(12) !== IHDR) {
    throw new Error(
      `${file}: the PNG image is damaged (no header chunk); copy or generate it again`,
    );
  }
  const colour = COLOUR[view.getUint8(25)];
  if (colour === undefined) {
    throw new Error(`${file}: unknown PNG colour type ${view.getUint8(25)}`);
  }
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: view.getUint8(24),
    colour,
  };
}

function startOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ');
}
