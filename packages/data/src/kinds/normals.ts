import type { FieldKind, MapField } from '../field.ts';
import { defineFieldKind } from '../registry.ts';
import type { Size } from '../size.ts';
import { checkedMap, sidesOf } from './map-size.ts';
import { nearestMap } from './nearest-map.ts';

/**
 * Direction that the surface faces, `f32 [H, W, 3]`: unit vectors (x, y, z) in the camera's frame, x to
 * the right of the picture, y down, z away from the camera, so that z ≤ 0 on what is seen.
 */
export interface NormalMap extends MapField {
  readonly kind: 'normals';
  readonly data: Float32Array;
  /** 1 where it is known, `u8 [H, W]`. */
  readonly valid: Uint8Array;
}

const maps = nearestMap<NormalMap>(3);

/** Surface normals; a mirror turns x about. */
export const normalsKind: FieldKind<NormalMap> = defineFieldKind<NormalMap>({
  name: 'normals',
  ...maps,
  flip(field, size) {
    const flipped = maps.flip(field, size);
    const data = flipped.data;
    // 0 − x and not −x: a mirror makes no −0.
    for (let i = 0; i < data.length; i += 3) data[i] = 0 - data[i];
    return flipped;
  },
});

/**
 * Normals `f32 [H, W, 3]`, and where they are known, `u8 [H, W]`.
 * @throws when there are not as many values as the size says
 */
export const normalMap = (size: Size, data: Float32Array, valid: Uint8Array): NormalMap =>
  checkedMap<NormalMap>({ kind: 'normals', ...sidesOf(size), data, valid }, 3);
