import type { ClassVotes } from './methods.ts';

/**
 * Votes of the pixels of one class: pixel + vector, c_n + x̂_n in Kendall et al. 2018, section 4.2.
 * @param semantic predicted class per pixel, `u8 [H, W]`
 * @param vectors from each pixel to its object's centre, (dx, dy) in px, `f32 [H, W, 2]`; dx to the
 * right, dy down
 * @throws RangeError when a vector of the class is not finite; it names the pixel
 */
export function collectVotes(
  semantic: Uint8Array,
  vectors: Float32Array,
  height: number,
  width: number,
  classId: number,
): ClassVotes {
  let n = 0;
  for (let pixel = 0; pixel < semantic.length; pixel++) if (semantic[pixel] === classId) n++;
  const pixels = new Int32Array(n);
  const votes = new Float64Array(2 * n);
  let k = 0;
  for (let pixel = 0; pixel < semantic.length; pixel++) {
    if (semantic[pixel] !== classId) continue;
    const row = Math.floor(pixel / width);
    const column = pixel - row * width;
    const dx = vectors[2 * pixel];
    const dy = vectors[2 * pixel + 1];
    if (!Number.isFinite(dx) || !Number.isFinite(dy)) {
      throw new RangeError(
        `collectVotes: the centre vector of each countable pixel must be finite; ` +
          `row ${row}, column ${column} (class ${classId}) has (${dx}, ${dy}). Has training diverged?`,
      );
    }
    pixels[k] = pixel;
    votes[2 * k] = column + dx;
    votes[2 * k + 1] = row + dy;
    k++;
  }
  return { votes, pixels, height, width };
}
