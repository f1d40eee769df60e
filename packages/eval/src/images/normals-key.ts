import { colourNormals } from './colours.ts';
import type { ColourKey } from './overlay.ts';

/** What faces where: x to the right, y down, z away from the camera. */
const DIRECTIONS: readonly (readonly [string, readonly [number, number, number]])[] = [
  ['to the camera', [0, 0, -1]],
  ['up', [0, -1, 0]],
  ['left', [-1, 0, 0]],
  ['right', [1, 0, 0]],
  ['down', [0, 1, 0]],
];

/** What the colours of `colourNormals` mean. */
export const normalsKey: ColourKey = {
  kind: 'names',
  entries: DIRECTIONS.map(([text, normal]) => {
    const [r, g, b] = colourNormals(Float32Array.from(normal), undefined, 1, 1).data;
    return { text, colour: [r, g, b] };
  }),
};
