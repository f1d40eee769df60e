import type { FieldKind, MapField } from '../field.ts';
import { cut } from '../pixels/cut.ts';
import { mirrored } from '../pixels/mirror.ts';
import { resizeNearest } from '../pixels/nearest.ts';
import { mapSize } from './map-size.ts';

type Valued = MapField & { readonly valid?: Uint8Array };

/** How maps follow whose values are never mixed: one pixel of each cell stays (`resizeNearest`). */
export function nearestMap<F extends Valued>(
  channels: 1 | 3 = 1,
): Required<Pick<FieldKind<F>, 'size' | 'flip' | 'crop' | 'resize'>> {
  return {
    size: (field) => mapSize(field, channels),
    flip: (field, { width }) => ({
      ...field,
      data: mirrored(field.data, width, channels),
      ...(field.valid && { valid: mirrored(field.valid, width) }),
    }),
    crop: (field, window, from) => ({
      ...field,
      height: window.height,
      width: window.width,
      data: cut(field.data, from.width, window, channels),
      ...(field.valid && { valid: cut(field.valid, from.width, window) }),
    }),
    resize: (field, from, to) => ({
      ...field,
      height: to.height,
      width: to.width,
      data: resizeNearest(field.data, from, to, channels),
      ...(field.valid && { valid: resizeNearest(field.valid, from, to) }),
    }),
  };
}
