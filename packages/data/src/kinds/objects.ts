import { centresOf, type Centre } from '../centres.ts';
import type { FieldKind, MapField } from '../field.ts';
import { defineFieldKind } from '../registry.ts';
import type { Size } from '../size.ts';
import { checkedMap, sidesOf } from './map-size.ts';
import { nearestMap } from './nearest-map.ts';

/** Object of each pixel. */
export interface ObjectMap extends MapField {
  readonly kind: 'objects';
  /**
   * `u16 [H, W]`; 0 means no single object (stuff, void, group). Equal non-zero values are the same
   * object. A Cityscapes tree keeps its official value `id · 1000 + k`.
   */
  readonly data: Uint16Array;
  /**
   * Centre of each object. Absent: the mean pixel of its visible mask. A crop keeps the centre of the
   * whole object here, so a centre may lie outside the grid.
   */
  readonly centres?: ReadonlyMap<number, Centre>;
}

const maps = nearestMap<ObjectMap>();

/** Maps of objects; a window keeps the centres of the whole objects, see {@link visibleCentres}. */
export const objectsKind: FieldKind<ObjectMap> = defineFieldKind<ObjectMap>({
  name: 'objects',
  ...maps,
  flip: (field, size) =>
    moved(maps.flip(field, size), field.centres, ({ row, column }) => ({
      row,
      column: size.width - 1 - column,
    })),
  crop(field, window, from) {
    const cut = maps.crop(field, window, from);
    const remaining = new Set(cut.data);
    const whole = [...centresIn(field)].filter(([value]) => remaining.has(value));
    return moved(cut, whole, ({ row, column }) => ({
      row: row - window.top,
      column: column - window.left,
    }));
  },
  resize(field, from, to) {
    const [rows, columns] = [to.height / from.height, to.width / from.width];
    // Pixel centres are at integers, so edges lie half a pixel outside.
    return moved(maps.resize(field, from, to), field.centres, ({ row, column }) => ({
      row: (row + 0.5) * rows - 0.5,
      column: (column + 0.5) * columns - 0.5,
    }));
  },
});

/**
 * Centres of the objects: those given, or the mean pixels.
 * @example
 * ```ts
 * import { centresIn, objectMap } from '@scene-mtl/data';
 * const seen = objectMap({ height: 1, width: 3 }, Uint16Array.of(0, 4, 4));
 * centresIn(seen).get(4); // → { row: 0, column: 1.5 }
 * const whole = objectMap(seen, seen.data, new Map([[4, { row: 0, column: 2.5 }]]));
 * centresIn(whole).get(4); // → { row: 0, column: 2.5 }
 * ```
 */
export const centresIn = ({ data, width, centres }: ObjectMap): ReadonlyMap<number, Centre> =>
  centres ?? centresOf(data, width);

/**
 * The map with the mean pixel of what is visible of each object as its centre.
 * @example
 * ```ts
 * import { centresIn, objectMap, visibleCentres } from '@scene-mtl/data';
 * const cut = objectMap({ height: 1, width: 2 }, Uint16Array.of(5, 5), new Map([[5, { row: 0, column: 7 }]]));
 * centresIn(visibleCentres(cut)).get(5); // → { row: 0, column: 0.5 }
 * ```
 */
export const visibleCentres = (field: ObjectMap): ObjectMap => ({
  ...field,
  centres: centresOf(field.data, field.width),
});

function moved(
  field: ObjectMap,
  centres: Iterable<readonly [number, Centre]> | undefined,
  to: (centre: Centre) => Centre,
): ObjectMap {
  if (centres === undefined) return field;
  return { ...field, centres: new Map(Array.from(centres, ([value, c]) => [value, to(c)])) };
}

/**
 * A map of objects `u16 [H, W]`, with their centres where they are not the mean pixels.
 * @throws when there are not as many values as the size says
 */
export const objectMap = (
  size: Size,
  data: Uint16Array,
  centres?: ReadonlyMap<number, Centre>,
): ObjectMap =>
  checkedMap<ObjectMap>({ kind: 'objects', ...sidesOf(size), data, ...(centres && { centres }) });
