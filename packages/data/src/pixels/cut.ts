import type { Window } from '../size.ts';
import type { Pixels } from './mirror.ts';

/**
 * The part of a map inside a window.
 * @param data `[H, W, C]`
 * @param fromWidth W
 * @returns `[window.height, window.width, C]`
 */
export function cut<Data extends Pixels>(
  data: Data,
  fromWidth: number,
  { top, left, height, width }: Window,
  channels = 1,
): Data {
  const Type = data.constructor as new (length: number) => Data;
  const result = new Type(height * width * channels);
  for (let r = 0; r < height; r++) {
    const start = ((top + r) * fromWidth + left) * channels;
    result.set(data.subarray(start, start + width * channels), r * width * channels);
  }
  return result;
}
