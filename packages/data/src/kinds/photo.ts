import type { FieldKind, MapField } from '../field.ts';
import { cut } from '../pixels/cut.ts';
import { mirrored } from '../pixels/mirror.ts';
import { resizeTriangle } from '../pixels/triangle.ts';
import { defineFieldKind } from '../registry.ts';
import { fieldOf, type Sample } from '../sample.ts';
import type { Size } from '../size.ts';
import { checkedMap, mapSize, sidesOf } from './map-size.ts';

/** A picture, RGB `u8 [H, W, 3]`. A grey one has three equal channels. */
export interface Photo extends MapField {
  readonly kind: 'photo';
  readonly data: Uint8Array;
}

/** Pictures; at another resolution they are averaged linearly (`resizeTriangle`). */
export const photoKind: FieldKind<Photo> = defineFieldKind<Photo>({
  name: 'photo',
  size: (field) => mapSize(field, 3),
  flip: (field, { width }) => ({ ...field, data: mirrored(field.data, width, 3) }),
  crop: (field, window, from) => ({
    ...field,
    height: window.height,
    width: window.width,
    data: cut(field.data, from.width, window, 3),
  }),
  resize: (field, from, { height, width }) => ({
    ...field,
    height,
    width,
    data: resizeTriangle(field.data, from, { height, width }, 3),
  }),
});

/**
 * The photograph of a sample: its field `image`.
 * @throws when it has none
 * @example
 * ```ts
 * import { imageOf, photo } from '@scene-mtl/data';
 * const image = photo({ height: 1, width: 1 }, Uint8Array.of(255, 0, 0));
 * imageOf({ id: 'red', fields: { image } }).data; // → [255, 0, 0]
 * ```
 */
export const imageOf = (sample: Sample): Photo => fieldOf(sample, 'image', photoKind);

/**
 * A picture from its bytes, RGB `u8 [H, W, 3]`.
 * @throws when there are not as many values as the size says
 */
export const photo = (size: Size, data: Uint8Array): Photo =>
  checkedMap<Photo>({ kind: 'photo', ...sidesOf(size), data }, 3);
