import type { FieldKind, MapField } from '../field.ts';
import { defineFieldKind } from '../registry.ts';
import type { Size } from '../size.ts';
import { checkedMap, sidesOf } from './map-size.ts';
import { nearestMap } from './nearest-map.ts';

/** Value of a pixel that is of no class and never counts. */
export const VOID = 255;

/** Class of each pixel, `u8 [H, W]`, 0 … classes − 1; {@link VOID} never counts. */
export interface ClassMap extends MapField {
  readonly kind: 'classes';
  readonly data: Uint8Array;
}

/** Maps of classes. */
export const classesKind: FieldKind<ClassMap> = defineFieldKind<ClassMap>({
  name: 'classes',
  ...nearestMap(),
});

/**
 * A map of classes `u8 [H, W]`.
 * @throws when there are not as many values as the size says
 */
export const classMap = (size: Size, data: Uint8Array): ClassMap =>
  checkedMap<ClassMap>({ kind: 'classes', ...sidesOf(size), data });
