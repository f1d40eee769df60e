import type { Centre, Sample, Target } from '@scene-mtl/core';

/**
 * Vector from each object pixel to its object's centre, `(dx, dy) = (column_c − column,
 * row_c − row)` in px of the sample's grid, `[H, W, 2]`; mask 1 on the pixels of objects.
 * @throws when the sample has no instances, or `centres` lacks one of them
 */
export function centreVectors(sample: Sample): Target {
  const { instance, width } = sample;
  if (!instance) throw new Error(`instance: sample ${sample.id} has no instance labels`);
  const centres = sample.centres ?? meanPixels(instance, width);
  const value = new Float32Array(instance.length * 2);
  const mask = new Float32Array(instance.length);
  let known = 0;
  let centre: Centre | undefined;
  for (let i = 0; i < instance.length; i++) {
    const id = instance[i];
    if (id === 0) continue;
    // Neighbours mostly belong to the same object: one look-up per run of pixels.
    if (id !== known) centre = centres.get((known = id));
    if (!centre) {
      throw new Error(
        `instance: sample ${sample.id}: expected a centre for object ${instance[i]}, which has ` +
          `pixels, in the sample's centres`,
      );
    }
    const column = i % width;
    value[2 * i] = centre.column - column;
    value[2 * i + 1] = centre.row - (i - column) / width;
    mask[i] = 1;
  }
  return { value, mask };
}

/** Mean pixel of each object's visible mask. */
export function meanPixels(instance: Uint16Array, width: number): Map<number, Centre> {
  const sums = new Map<number, { row: number; column: number; count: number }>();
  for (let i = 0; i < instance.length; i++) {
    const id = instance[i];
    if (id === 0) continue;
    let sum = sums.get(id);
    if (!sum) sums.set(id, (sum = { row: 0, column: 0, count: 0 }));
    sum.row += Math.floor(i / width);
    sum.column += i % width;
    sum.count++;
  }
  const mean = ({ row, column, count }: { row: number; column: number; count: number }) => ({
    row: row / count,
    column: column / count,
  });
  return new Map(Array.from(sums, ([id, sum]) => [id, mean(sum)]));
}
