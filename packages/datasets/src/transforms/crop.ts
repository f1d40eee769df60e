import {
  cropSample,
  objectsKind,
  pickIndex,
  sizeOf,
  visibleCentres,
  type ObjectMap,
  type Sample,
  type Size,
  type Window,
} from '@scene-mtl/data';
import type { Transform } from '../batches.ts';

/** How `cropped` treats objects that the edge cuts. */
export interface CropOptions {
  /**
   * `whole` (default): the centre of the object before the crop, which may lie outside the window.
   * `visible`: the mean pixel of what is left of it.
   */
  readonly centres?: 'whole' | 'visible';
}

/** Cuts a window of `size` px at a random place: see `cropped`. */
export function randomCrop(size: Size, options: CropOptions = {}): Transform {
  return (sample, random) => {
    const { height, width } = sizeOf(sample);
    const top = pickIndex(random, height - size.height + 1);
    const left = pickIndex(random, width - size.width + 1);
    return cropped(sample, { ...size, top, left }, options);
  };
}

/**
 * A window of a sample: see `cropSample`.
 * @throws when the window does not lie in the sample
 * @example
 * ```ts
 * import { centresIn, objectMap, type ObjectMap } from '@scene-mtl/data';
 * import { cropped } from '@scene-mtl/datasets';
 * const sample = { id: 'bus', fields: { instance: objectMap({ height: 1, width: 4 }, Uint16Array.of(0, 5, 5, 5)) } };
 * const window = { top: 0, left: 2, height: 1, width: 2 };
 * const { instance } = cropped(sample, window, { centres: 'visible' }).fields;
 * centresIn(instance as ObjectMap).get(5); // → { row: 0, column: 0.5 }
 * ```
 */
export function cropped(
  sample: Sample,
  window: Window,
  { centres = 'whole' }: CropOptions = {},
): Sample {
  const cut = cropSample(sample, window);
  if (centres === 'whole') return cut;
  const fields = Object.entries(cut.fields).map(([name, field]) => [
    name,
    field.kind === objectsKind.name ? visibleCentres(field as ObjectMap) : field,
  ]);
  return { ...cut, fields: Object.fromEntries(fields) as Sample['fields'] };
}
