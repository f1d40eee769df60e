/**
 * Undoes the row filters of a PNG in place (PNG specification, third edition, section 9.2).
 *
 * Label maps and masks consist mostly of rows whose filtered bytes are all zero; those are found by
 * comparing whole words and are only moved. Working in place keeps a 1024 × 2048 mask at 2 MB.
 *
 * @param raw inflated data, per row one filter byte and `rowBytes` bytes; overwritten
 * @param bpp bytes per whole pixel, at least 1
 * @returns the first `height · rowBytes` bytes of `raw`
 * @throws Error naming the file for a filter that does not exist
 */
export function unfilter(
  raw: Uint8Array,
  rowBytes: number,
  height: number,
  bpp: number,
  name: string,
): Uint8Array {
  const words = new DataView(raw.buffer, raw.byteOffset, raw.length);
  let aboveIsZero = true;
  let rawAboveIsZero = false;
  for (let y = 0; y < height; y++) {
    // Row y moves down in memory, over its filter byte and those of the rows before.
    const from = y * (rowBytes + 1) + 1;
    const at = y * rowBytes;
    const filter = raw[from - 1];
    if (filter > 4) throw new Error(`${name}: PNG is damaged: row ${y} has filter ${filter}`);
    const allZero = isZero(words, from, from + rowBytes);
    if (allZero && (aboveIsZero || filter < 2)) {
      // Between two rows of zeros only the filter byte is in the way.
      if (rawAboveIsZero && y < rowBytes) raw[from - 1] = 0;
      else raw.fill(0, at, from);
      aboveIsZero = true;
      rawAboveIsZero = true;
      continue;
    }
    if (allZero && filter === 2 && y > 0) {
      raw.copyWithin(at, at - rowBytes, at);
      rawAboveIsZero = false;
      continue;
    }
    rawAboveIsZero = false;
    raw.copyWithin(at, from, from + rowBytes);
    if (filter === 1) undoSub(raw, at, rowBytes, bpp);
    else if (filter === 2 && y > 0) undoUp(raw, at, rowBytes);
    else if (filter === 3) undoAverage(raw, at, rowBytes, bpp, y === 0);
    else if (filter === 4) undoPaeth(raw, at, rowBytes, bpp, y === 0);
    // Below an object the rows are zero again, as the difference to the row above.
    aboveIsZero = isZero(words, at, at + rowBytes);
  }
  return raw.subarray(0, rowBytes * height);
}

/** True when the bytes from … to − 1 are all 0. */
function isZero(view: DataView, from: number, to: number): boolean {
  let i = from;
  // DataView reads words at any address, which typed arrays do not.
  for (; i + 16 <= to; i += 16) {
    const some =
      view.getInt32(i, true) |
      view.getInt32(i + 4, true) |
      view.getInt32(i + 8, true) |
      view.getInt32(i + 12, true);
    if (some !== 0) return false;
  }
  for (; i < to; i++) if (view.getUint8(i) !== 0) return false;
  return true;
}

function undoSub(raw: Uint8Array, at: number, rowBytes: number, bpp: number): void {
  for (let i = at + bpp; i < at + rowBytes; i++) raw[i] += raw[i - bpp];
}

/** Adds the row above; whole words at a time where rows start at whole words. */
function undoUp(raw: Uint8Array, at: number, rowBytes: number): void {
  const start = raw.byteOffset + at - rowBytes;
  if (rowBytes % 4 !== 0 || start % 4 !== 0) {
    for (let i = at; i < at + rowBytes; i++) raw[i] += raw[i - rowBytes];
    return;
  }
  const words = new Uint32Array(raw.buffer, start, rowBytes >> 1);
  const n = rowBytes >> 2;
  for (let i = 0; i < n; i++) {
    const a = words[n + i];
    const b = words[i];
    // Four sums without carries between bytes: low seven bits, then the top bit by exclusive or.
    words[n + i] = a === 0 ? b : ((a & 0x7f7f7f7f) + (b & 0x7f7f7f7f)) ^ ((a ^ b) & 0x80808080);
  }
}

function undoAverage(
  raw: Uint8Array,
  at: number,
  rowBytes: number,
  bpp: number,
  isFirst: boolean,
): void {
  for (let i = 0; i < rowBytes; i++) {
    const left = i < bpp ? 0 : raw[at + i - bpp];
    const up = isFirst ? 0 : raw[at + i - rowBytes];
    raw[at + i] += (left + up) >> 1;
  }
}

function undoPaeth(
  raw: Uint8Array,
  at: number,
  rowBytes: number,
  bpp: number,
  isFirst: boolean,
): void {
  // With nothing above, the nearest of left, up and up-left is always left.
  if (isFirst) return undoSub(raw, at, rowBytes, bpp);
  for (let i = at; i < at + bpp; i++) raw[i] += raw[i - rowBytes];
  for (let i = at + bpp; i < at + rowBytes; i++) {
    const a = raw[i - bpp];
    const b = raw[i - rowBytes];
    const c = raw[i - rowBytes - bpp];
    const pa = Math.abs(b - c);
    const pb = Math.abs(a - c);
    const pc = Math.abs(a + b - 2 * c);
    raw[i] += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
  }
}
