import { flipSample } from '@scene-mtl/data';
import type { Transform } from '../batches.ts';
import { withProbability } from './compose.ts';

/**
 * Flips with probability p (default ½): see `flipSample`.
 * @example
 * ```ts
 * import { edgeMap, type EdgeMap } from '@scene-mtl/data';
 * import { horizontalFlip } from '@scene-mtl/datasets';
 * const edges = edgeMap({ height: 1, width: 3 }, Uint8Array.of(1, 0, 0));
 * const { fields } = horizontalFlip(1)({ id: 'wall', fields: { edges } }, Math.random);
 * (fields.edges as EdgeMap).data; // → [0, 0, 1]
 * ```
 */
export function horizontalFlip(p = 0.5): Transform {
  return withProbability(p, flipSample);
}
