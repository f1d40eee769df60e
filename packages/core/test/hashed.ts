// Taken once: a look-up of the global `Math` per number is slow inside the test runner's sandbox.
const { imul } = Math;

/** n numbers in [−½, ½) that depend on a key: a mixing function, the same in numpy's uint32. */
export function hashed(n: number, name: string): Float64Array {
  let key = 0;
  for (const c of name) key = (imul(key, 31) + c.charCodeAt(0)) | 0;
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let h = (imul(i, 0x9e3779b1) + key) >>> 0;
    h = imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
    h = imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    values[i] = ((h ^ (h >>> 16)) >>> 0) / 4294967296 - 0.5;
  }
  return values;
}
