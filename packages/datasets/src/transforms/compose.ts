import type { Transform } from '../batches.ts';

/**
 * Transforms one after the other, all drawing from the same stream.
 * @example
 * ```ts
 * import { edgeMap, sizeOf } from '@scene-mtl/data';
 * import { compose, horizontalFlip, randomCrop } from '@scene-mtl/datasets';
 * const augment = compose(horizontalFlip(), randomCrop({ height: 2, width: 3 }));
 * const edges = edgeMap({ height: 4, width: 6 }, new Uint8Array(24));
 * sizeOf(augment({ id: 'wall', fields: { edges } }, Math.random)); // → { height: 2, width: 3 }
 * ```
 */
export function compose(...transforms: readonly Transform[]): Transform {
  return (sample, random) => transforms.reduce((s, transform) => transform(s, random), sample);
}

/**
 * The transform with probability p, else the sample as it is. Draws one number either way.
 * @example
 * ```ts
 * import { flipSample, labelField } from '@scene-mtl/data';
 * import { withProbability } from '@scene-mtl/datasets';
 * const sample = { id: 'digit', fields: { digit: labelField(7) } };
 * withProbability(0, flipSample)(sample, Math.random) === sample; // → true
 * ```
 */
export function withProbability(p: number, transform: Transform): Transform {
  return (sample, random) => (random() < p ? transform(sample, random) : sample);
}
