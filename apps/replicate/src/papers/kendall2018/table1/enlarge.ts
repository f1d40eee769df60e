import type { Size } from '@scene-mtl/data';

/** For each target position: the two source positions around its centre, and the second's share. */
function neighbours(from: number, to: number): [first: number, second: number, share: number][] {
  return Array.from({ length: to }, (_, t) => {
    const at = Math.min(from - 1, Math.max(0, ((t + 0.5) * from) / to - 0.5));
    const first = Math.min(Math.floor(at), Math.max(0, from - 2));
    return [first, Math.min(first + 1, from - 1), at - first];
  });
}

/**
 * The most probable class of each pixel at another size: probabilities interpolated linearly between
 * pixel centres, then the largest (the lower id where two are equal).
 * @param probabilities `f32 [H, W, C]`
 * @returns `u8 [to.height, to.width]`
 */
export function enlargedClasses(
  probabilities: Float32Array,
  classes: number,
  from: Size,
  to: Size,
): Uint8Array {
  const rows = neighbours(from.height, to.height);
  const columns = neighbours(from.width, to.width);
  const result = new Uint8Array(to.height * to.width);
  const line = new Float32Array(from.width * classes);
  for (const [r, [above, below, down]] of rows.entries()) {
    const [a, b] = [above, below].map((row) => row * line.length);
    for (let i = 0; i < line.length; i++) {
      line[i] = (1 - down) * probabilities[a + i] + down * probabilities[b + i];
    }
    for (const [c, [left, right, along]] of columns.entries()) {
      const [x, y] = [left * classes, right * classes];
      let best = 0;
      let highest = -Infinity;
      for (let k = 0; k < classes; k++) {
        const p = (1 - along) * line[x + k] + along * line[y + k];
        if (p > highest) [best, highest] = [k, p];
      }
      result[r * to.width + c] = best;
    }
  }
  return result;
}
