/**
 * Adds the pairs (a[i], b[i]) of two byte images to a histogram of 256 · 256, index a · 256 + b.
 *
 * Label images are piecewise constant: four pixels are compared at a time with the four before, and a
 * run of equal ones is counted at once.
 *
 * @param pairs `u32 [65536]`, added to
 */
export function countPairs(a: Uint8Array, b: Uint8Array, pairs: Uint32Array): void {
  const aligned = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0;
  const words = aligned ? a.length >> 2 : 0;
  if (words > 0) {
    const a4 = new Uint32Array(a.buffer, a.byteOffset, words);
    const b4 = new Uint32Array(b.buffer, b.byteOffset, words);
    let [lastA, lastB, run] = [a4[0], b4[0], 0];
    for (let w = 0; w < words; w++) {
      if (a4[w] === lastA && b4[w] === lastB) {
        run++;
        continue;
      }
      addWord(lastA, lastB, run, pairs);
      lastA = a4[w];
      lastB = b4[w];
      run = 1;
    }
    addWord(lastA, lastB, run, pairs);
  }
  for (let i = 4 * words; i < a.length; i++) pairs[(a[i] << 8) | b[i]]++;
}

function addWord(a: number, b: number, times: number, pairs: Uint32Array): void {
  for (let shift = 0; shift < 32; shift += 8) {
    pairs[(((a >>> shift) & 255) << 8) | ((b >>> shift) & 255)] += times;
  }
}
