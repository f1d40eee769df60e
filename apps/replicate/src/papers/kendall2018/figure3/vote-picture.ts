import { colourDisparity, type Rgb } from '@scene-mtl/eval';
import type { InstanceInput } from '@scene-mtl/vision-heads';

/**
 * Where the pixels of countable classes vote for centres: the lighter a pixel, the more votes fell on
 * it, on a logarithmic scale; dark where none did. Votes outside the image are not shown.
 * @param classes training ids of the classes whose objects are told apart
 */
export function votePicture(
  { height, width, semantic, vectors }: InstanceInput,
  classes: readonly number[],
): Rgb {
  const told = new Set(classes);
  const votes = new Float32Array(height * width);
  semantic.forEach((c, pixel) => {
    if (!told.has(c)) return;
    const column = pixel % width;
    const x = Math.round(column + vectors[2 * pixel]);
    const y = Math.round((pixel - column) / width + vectors[2 * pixel + 1]);
    if (x >= 0 && y >= 0 && x < width && y < height) votes[y * width + x]++;
  });
  const density = votes.map((n) => Math.log2(1 + n));
  const most = density.reduce((a, b) => Math.max(a, b), 0) || 1;
  return colourDisparity(density, undefined, height, width, most);
}
