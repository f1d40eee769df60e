import type { FieldKind, MapField } from '../field.ts';
import { defineFieldKind } from '../registry.ts';
import type { Size } from '../size.ts';
import { checkedMap, sidesOf } from './map-size.ts';
import { nearestMap } from './nearest-map.ts';

/** Disparity, `f32 [H, W]`, in px at this field's width. */
export interface DisparityMap extends MapField {
  readonly kind: 'disparity';
  readonly data: Float32Array;
  /** 1 where it is known, `u8 [H, W]`. */
  readonly valid: Uint8Array;
}

const maps = nearestMap<DisparityMap>();

/**
 * Disparities. A mirror and a window keep the values (the depth of the scene); at another resolution
 * they are multiplied by the ratio of widths, since the same scene at twice the width shifts by twice
 * the px.
 */
export const disparityKind: FieldKind<DisparityMap> = defineFieldKind<DisparityMap>({
  name: 'disparity',
  ...maps,
  resize(field, from, to) {
    const resized = maps.resize(field, from, to);
    const ratio = to.width / from.width;
    return { ...resized, data: resized.data.map((d) => d * ratio) };
  },
});

/**
 * Disparities `f32 [H, W]` in px at this width, and where they are known, `u8 [H, W]`.
 * @throws when there are not as many values as the size says
 * @example
 * ```ts
 * import { disparityKind, disparityMap } from '@scene-mtl/data';
 * const field = disparityMap({ height: 1, width: 2 }, Float32Array.of(6, 0), Uint8Array.of(1, 0));
 * disparityKind.flip(field, field).valid; // → [0, 1]
 * ```
 */
export const disparityMap = (size: Size, data: Float32Array, valid: Uint8Array): DisparityMap =>
  checkedMap<DisparityMap>({ kind: 'disparity', ...sidesOf(size), data, valid });
