import type { Field, FieldKind } from './field.ts';
import { fieldKind } from './registry.ts';
import type { Sample } from './sample.ts';
import { assertSize, sameSize, type Size, type Window } from './size.ts';

/**
 * Size of the picture of a sample: that of its maps, which must all have the same.
 * @throws when it has no map, or two differ
 * @example
 * ```ts
 * import { edgeMap, labelField, sizeOf } from '@scene-mtl/data';
 * const edges = edgeMap({ height: 1, width: 2 }, Uint8Array.of(0, 1));
 * sizeOf({ id: 'wall', fields: { edges, indoors: labelField(1) } }); // → { height: 1, width: 2 }
 * ```
 */
export function sizeOf(sample: Sample): Size {
  let found: { name: string; size: Size } | undefined;
  for (const [name, field] of Object.entries(sample.fields)) {
    const size = told(sample, name, field, (kind) => kind.size?.(field));
    if (size === undefined) continue;
    if (found !== undefined && !sameSize(found.size, size)) {
      throw new Error(
        `sample ${sample.id}: expected maps of one size, got '${found.name}' of ${found.size.height} × ${found.size.width} and '${name}' of ${size.height} × ${size.width}`,
      );
    }
    found ??= { name, size: { height: size.height, width: size.width } };
  }
  if (found !== undefined) return found.size;
  const names = Object.keys(sample.fields).join(', ') || 'none';
  throw new Error(`sample ${sample.id}: it has no picture or map; its fields are ${names}`);
}

/**
 * The sample as seen in a mirror: every field as its kind says.
 * @throws naming sample, field and kind, for a kind that nobody defined or that has no mirror image
 * @example
 * ```ts
 * import { flipSample, normalMap, type NormalMap } from '@scene-mtl/data';
 * const [left, ahead] = [[-1, 0, 0], [0, 0, -1]];
 * const normals = normalMap({ height: 1, width: 2 }, Float32Array.of(...left, ...ahead), Uint8Array.of(1, 0));
 * const flipped = flipSample({ id: 'corner', fields: { normals } }).fields.normals as NormalMap;
 * flipped.data; // → [0, 0, -1, 1, 0, 0]
 * flipped.valid; // → [0, 1]
 * ```
 */
export function flipSample(sample: Sample): Sample {
  const size = sizeOf(sample);
  return changed(sample, (kind, field) => kind.flip(field, size));
}

/**
 * A window of the sample. It does not change the scale.
 * @throws when the window does not lie in the picture; as `flipSample` does
 * @example
 * ```ts
 * import { centresIn, cropSample, objectMap, type ObjectMap } from '@scene-mtl/data';
 * const instance = objectMap({ height: 1, width: 4 }, Uint16Array.of(0, 5, 5, 5));
 * const window = { top: 0, left: 2, height: 1, width: 2 };
 * const cropped = cropSample({ id: 'bus', fields: { instance } }, window).fields.instance as ObjectMap;
 * cropped.data; // → [5, 5]
 * // The centre of the whole bus, now at the left edge.
 * centresIn(cropped); // → new Map([[5, { row: 0, column: 0 }]])
 * ```
 */
export function cropSample(sample: Sample, window: Window): Sample {
  const from = sizeOf(sample);
  const { top, left, height, width } = window;
  if (
    ![top, left, height, width].every(Number.isInteger) ||
    Math.min(top, left) < 0 ||
    Math.min(height, width) < 1 ||
    top + height > from.height ||
    left + width > from.width
  ) {
    throw new Error(
      `crop of ${sample.id}: a window of ${height} × ${width} at (${top}, ${left}) does not lie in ${from.height} × ${from.width}`,
    );
  }
  return changed(sample, (kind, field) => kind.crop(field, window, from));
}

/**
 * The sample at another resolution.
 * @throws for a size that is not of whole px, at least 1; as `flipSample` does
 * @example
 * ```ts
 * import { disparityMap, resizeSample, type DisparityMap } from '@scene-mtl/data';
 * const depth = disparityMap({ height: 2, width: 2 }, Float32Array.of(1, 2, 3, 8), Uint8Array.of(1, 1, 1, 1));
 * const half = resizeSample({ id: 'wall', fields: { depth } }, { height: 1, width: 1 });
 * // The pixel at offset 1 of the cell; at half the width its 8 px are 4.
 * (half.fields.depth as DisparityMap).data; // → [4]
 * ```
 */
export function resizeSample(sample: Sample, to: Size): Sample {
  const from = sizeOf(sample);
  assertSize(`resize of ${sample.id}`, to);
  return changed(sample, (kind, field) => kind.resize(field, from, to));
}

function changed(sample: Sample, change: (kind: FieldKind, field: Field) => Field): Sample {
  const fields: Record<string, Field> = {};
  for (const [name, field] of Object.entries(sample.fields)) {
    fields[name] = told(sample, name, field, (kind) => change(kind, field));
  }
  return { ...sample, fields };
}

/** What a field's kind gives; an error says of which sample and field. */
function told<T>({ id }: Sample, name: string, field: Field, ask: (kind: FieldKind) => T): T {
  try {
    return ask(fieldKind(field.kind));
  } catch (cause) {
    throw new Error(
      `sample ${id}, field '${name}' of kind '${field.kind}': ${(cause as Error).message}`,
      { cause },
    );
  }
}
