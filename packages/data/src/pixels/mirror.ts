/** Values of a map. */
export type Pixels = Uint8Array | Uint16Array | Float32Array;

/**
 * A map as seen in a mirror: column c goes to W − 1 − c.
 * @param data `[H, W, C]`
 */
export function mirrored<Data extends Pixels>(
  data: Data,
  width: number,
  channels: 1 | 3 = 1,
): Data {
  const result = data.slice() as Data;
  const row = width * channels;
  for (let start = 0; start < data.length; start += row) {
    const line = result.subarray(start, start + row).reverse();
    if (channels === 1) continue;
    // Reversed whole, each pixel reads B, G, R: its ends change places again.
    for (let c = 0; c < row; c += 3) {
      const end = line[c];
      line[c] = line[c + 2];
      line[c + 2] = end;
    }
  }
  return result;
}
