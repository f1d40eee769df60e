import type { FieldKind, MapField } from '../field.ts';
import { defineFieldKind } from '../registry.ts';
import type { Size } from '../size.ts';
import { checkedMap, sidesOf } from './map-size.ts';
import { nearestMap } from './nearest-map.ts';

/** Whether an edge runs through each pixel, `u8 [H, W]`: 0 or 1; `VOID` (255) never counts. */
export interface EdgeMap extends MapField {
  readonly kind: 'edges';
  readonly data: Uint8Array;
}

/**
 * Maps of edges. At another resolution the nearest pixel decides, so thin edges break up when a map
 * shrinks: make edges at the size at which they are used.
 */
export const edgesKind: FieldKind<EdgeMap> = defineFieldKind<EdgeMap>({
  name: 'edges',
  ...nearestMap(),
});

/**
 * A map of edges `u8 [H, W]`.
 * @throws when there are not as many values as the size says
 */
export const edgeMap = (size: Size, data: Uint8Array): EdgeMap =>
  checkedMap<EdgeMap>({ kind: 'edges', ...sidesOf(size), data });
