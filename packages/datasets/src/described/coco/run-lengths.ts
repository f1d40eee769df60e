import type { Size } from '@scene-mtl/data';

/**
 * Adds runs to a mask: lengths of 0 and 1 by turns, 0 first, down the columns.
 * @param mask `[H, W]`, row-major
 * @throws where the lengths do not add up to the picture
 */
export function fillRuns(
  counts: readonly number[],
  { height, width }: Size,
  mask: Uint8Array,
): void {
  const all = counts.reduce((a, b) => a + b, 0);
  if (all !== height * width || counts.some((count) => !(Number.isInteger(count) && count >= 0))) {
    throw new Error(`expected lengths that add up to ${height} × ${width}, got ${all}`);
  }
  let i = 0;
  counts.forEach((count, k) => {
    const end = i + count;
    if (k % 2 === 0) i = end;
    for (; i < end; i++) mask[(i % height) * width + Math.floor(i / height)] = 1;
  });
}

/**
 * Lengths of runs from COCO's text (`rleToString` of pycocotools 2.0.11): numbers of 5 bits a character from '0'
 * on, the lowest first, a sixth bit where more follow, the sign in the last; from the fourth number on less the one
 * two before it.
 * @throws for text that ends within a number or has other characters
 */
export function runsOfText(text: string): number[] {
  const counts: number[] = [];
  let [value, shift] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) - 48;
    if (!(code >= 0 && code < 64)) throw new Error(`unknown character '${text[i]}' in its runs`);
    // Multiplied, as 32 bits would not hold what is malformed.
    value += (code & 31) * 2 ** shift;
    shift += 5;
    if (code & 32) continue;
    if (code & 16) value -= 2 ** shift;
    counts.push(counts.length > 2 ? value + counts[counts.length - 2] : value);
    [value, shift] = [0, 0];
  }
  if (shift > 0) throw new Error('its runs end within a number');
  return counts;
}
