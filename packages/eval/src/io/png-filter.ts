/**
 * Undoes the row filters of a PNG (PNG specification, third edition, section 9.2).
 *
 * Label maps and masks consist mostly of rows whose filtered bytes are all zero; those are found by
 * one native comparison per row and cost no loop over pixels.
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
  const zeros = Buffer.alloc(rowBytes);
  let aboveIsZero = true;
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const filter = raw[from];
    if (filter > 4) throw new Error(`${name}: PNG is damaged: row ${y} has filter ${filter}`);
    const at = y * rowBytes;
    const above = at - rowBytes;
    const allZero = raw.compare(zeros, 0, rowBytes, from + 1, from + 1 + rowBytes) === 0;
    if (allZero && (aboveIsZero || filter < 2)) {
      aboveIsZero = true;
      continue;
    }
    if (allZero && filter === 2) {
      out.copyWithin(at, above, at);
      continue;
    }
    aboveIsZero = false;
    // The first row has a row of zeros above it.
    const up = y === 0 ? zeros : out.subarray(above, at);
    const row = out.subarray(at, at + rowBytes);
    row.set(raw.subarray(from + 1, from + 1 + rowBytes));
    if (filter === 1) undoSub(row, bpp);
    else if (filter === 2) undoUp(row, up);
    else if (filter === 3) undoAverage(row, up, bpp);
    else if (filter === 4) undoPaeth(row, up, bpp);
  }
  return out;
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
