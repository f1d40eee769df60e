/**
 * Undoes the row filters of a PNG (PNG specification, third edition, section 9.2).
 *
 * Label maps and masks consist mostly of rows whose filtered bytes are all zero; those are found by
 * comparing whole words and cost no work per pixel.
 *
 * @param raw inflated data, per row one filter byte and `rowBytes` bytes
 * @param bpp bytes per whole pixel, at least 1
 * @returns `[height · rowBytes]` in a buffer of its own
 * @throws Error naming the file for a filter that does not exist
 */
export function unfilter(
  raw: Buffer,
  rowBytes: number,
  height: number,
  bpp: number,
  name: string,
): Uint8Array {
  const out = new Uint8Array(rowBytes * height);
  const zeros = new Uint8Array(rowBytes);
  const words = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const rows = new DataView(out.buffer);
  let aboveIsZero = true;
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const filter = raw[from];
    if (filter > 4) throw new Error(`${name}: PNG is damaged: row ${y} has filter ${filter}`);
    const at = y * rowBytes;
    const above = at - rowBytes;
    const allZero = isZero(words, from + 1, from + 1 + rowBytes);
    if (allZero && (aboveIsZero || filter < 2)) {
      aboveIsZero = true;
      continue;
    }
    if (allZero && filter === 2) {
      out.copyWithin(at, above, at);
      continue;
    }
    // The first row has a row of zeros above it.
    const up = y === 0 ? zeros : out.subarray(above, at);
    const row = out.subarray(at, at + rowBytes);
    row.set(raw.subarray(from + 1, from + 1 + rowBytes));
    if (filter === 1) undoSub(row, bpp);
    else if (filter === 2) undoUp(row, up);
    else if (filter === 3) undoAverage(row, up, bpp);
    else if (filter === 4) undoPaeth(row, up, bpp);
    // Below an object the rows are zero again, as the difference to the row above.
    aboveIsZero = isZero(rows, at, at + rowBytes);
  }
  return out;
}

/** True when the bytes from … to − 1 are all 0. */
function isZero(view: DataView, from: number, to: number): boolean {
  let i = from;
  // DataView reads words at any address, which typed arrays do not.
  for (; i + 16 <= to; i += 16) {
    const some =
      view.getInt32(i) | view.getInt32(i + 4) | view.getInt32(i + 8) | view.getInt32(i + 12);
    if (some !== 0) return false;
  }
  for (; i < to; i++) if (view.getUint8(i) !== 0) return false;
  return true;
}

function undoSub(row: Uint8Array, bpp: number): void {
  for (let i = bpp; i < row.length; i++) row[i] += row[i - bpp];
}

function undoUp(row: Uint8Array, up: Uint8Array): void {
  for (let i = 0; i < row.length; i++) row[i] += up[i];
}

function undoAverage(row: Uint8Array, up: Uint8Array, bpp: number): void {
  for (let i = 0; i < row.length; i++) {
    const left = i < bpp ? 0 : row[i - bpp];
    row[i] += (left + up[i]) >> 1;
  }
}

function undoPaeth(row: Uint8Array, up: Uint8Array, bpp: number): void {
  for (let i = 0; i < bpp && i < row.length; i++) row[i] += up[i];
  for (let i = bpp; i < row.length; i++) {
    const a = row[i - bpp];
    const b = up[i];
    const c = up[i - bpp];
    const pa = Math.abs(b - c);
    const pb = Math.abs(a - c);
    const pc = Math.abs(a + b - 2 * c);
    row[i] += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
  }
}
