/** How the pixels of a PNG are packed into bytes. */
export interface Packing {
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly channels: number;
}

/** Bytes of a row of `width` pixels, without its filter byte. */
export const rowBytesOf = (width: number, { depth, channels }: Packing): number =>
  Math.ceil((width * channels * depth) / 8);

/** Packed rows → one number per sample, as stored: u16 for 16 bits, else u8. */
export function samplesOf(
  packed: Uint8Array,
  width: number,
  height: number,
  { depth, channels }: Packing,
): Uint8Array | Uint16Array {
  if (depth === 16) return wordsOf(packed);
  if (depth < 8) return unpacked(packed, width * channels, height, depth);
  // Never a Buffer, whose slices share memory.
  return new Uint8Array(packed.buffer, packed.byteOffset, packed.length);
}

/** Big-endian 16-bit samples → numbers, in place where the memory is aligned. */
function wordsOf(packed: Uint8Array): Uint16Array {
  const own = packed.byteOffset % 2 === 0 ? packed : new Uint8Array(packed);
  Buffer.from(own.buffer, own.byteOffset, own.length).swap16();
  return new Uint16Array(own.buffer, own.byteOffset, own.length >> 1);
}

/** 1-, 2- or 4-bit samples, high bits first → one byte each, unscaled. */
function unpacked(packed: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = packed[y * rowBytes + Math.floor(x / perByte)];
      data[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & ((1 << depth) - 1);
    }
  }
  return data;
}
