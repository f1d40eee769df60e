import type { Target } from '@scene-mtl/core';
import { centresIn, fieldOf, objectsKind, type Centre, type Sample } from '@scene-mtl/data';

/**
 * Vector from each object pixel to its object's centre, `(dx, dy) = (column_c − column,
 * row_c − row)` in px of the sample's grid, `[H, W, 2]`; mask 1 on the pixels of objects.
 * @param field of kind `objects`
 * @throws when the sample has no instances, or `centres` lacks one of them
 * @example
 * ```ts
 * import { objectMap } from '@scene-mtl/data';
 * import { centreVectors } from '@scene-mtl/vision-heads/targets';
 * const instance = objectMap({ height: 1, width: 3 }, Uint16Array.of(0, 8, 8));
 * // The centre is at column 1.5.
 * const { value, mask } = centreVectors({ id: 'car', fields: { instance } });
 * value; // → [0.0, 0.0, 0.5, 0.0, -0.5, 0.0]
 * mask; // → [0, 1, 1]
 * ```
 */
export function centreVectors(sample: Sample, field = 'instance'): Target {
  const objects = fieldOf(sample, field, objectsKind);
  const { data: instance, width } = objects;
  const centres = centresIn(objects);
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
        `${field}: sample ${sample.id}: expected a centre for object ${instance[i]}, which has ` +
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
