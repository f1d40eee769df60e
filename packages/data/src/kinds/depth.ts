import type { FieldKind, MapField } from '../field.ts';
import { defineFieldKind } from '../registry.ts';
import type { Size } from '../size.ts';
import { checkedMap, sidesOf } from './map-size.ts';
import { nearestMap } from './nearest-map.ts';

/** Depth, `f32 [H, W]`, in the unit of its annotation: the same at every resolution. */
export interface DepthMap extends MapField {
  readonly kind: 'depth';
  readonly data: Float32Array;
  /** 1 where it is known, `u8 [H, W]`. */
  readonly valid: Uint8Array;
}

/** Depths. Mirror, window and resolution keep the values: they are of the scene, not of the picture. */
export const depthKind: FieldKind<DepthMap> = defineFieldKind<DepthMap>({
  name: 'depth',
  ...nearestMap<DepthMap>(),
});

/**
 * Depths `f32 [H, W]`, and where they are known, `u8 [H, W]`.
 * @throws when there are not as many values as the size says
 * @example
 * ```ts
 * import { depthKind, depthMap } from '@scene-mtl/data';
 * const field = depthMap({ height: 1, width: 2 }, Float32Array.of(4, 0), Uint8Array.of(1, 0));
 * depthKind.resize(field, field, { height: 1, width: 4 }).data; // → [4, 4, 0, 0]
 * ```
 */
export const depthMap = (size: Size, data: Float32Array, valid: Uint8Array): DepthMap =>
  checkedMap<DepthMap>({ kind: 'depth', ...sidesOf(size), data, valid });
