import type { Size } from '@scene-mtl/data';
import type { SemanticPrediction } from '../semantic/task.ts';
import {
  clusterByOptics,
  decodeInstances,
  DEFAULT_ADOPT_WITHIN,
  DEFAULT_MIN_AREA,
  type DecodedInstances,
  type InstanceOptions,
} from './clustering/index.ts';
import type { InstancePrediction } from './task.ts';

/** Size for which the defaults of `decodeInstances` were chosen, px (docs/decisions/0002-optics.md). */
const CHOSEN_AT = { height: 128, width: 256 };

/** Least counts: fewer pixels than a 2×2 block are no object at any size. */
const LEAST = 4;

/** A number of px chosen for 128×256, at another size: it grows with the area, at least `LEAST`. */
export const pixelsAt = ({ height, width }: Size, pixels: number): number =>
  Math.max(LEAST, Math.round((pixels * height * width) / (CHOSEN_AT.height * CHOSEN_AT.width)));

/**
 * Density at which votes make a cluster in images of a size: ε grows with the width, minPts with the
 * area. ε stays at 1 px at least, since the votes of neighbours whose vectors are alike lie 1 px apart.
 * @example
 * ```ts
 * import { densityFor } from '@scene-mtl/vision-heads';
 * densityFor({ height: 128, width: 256 }); // → { minPts: 20, eps: 3 }
 * densityFor({ height: 256, width: 512 }); // → { minPts: 80, eps: 6 }
 * ```
 */
export const densityFor = (size: Size): { minPts: number; eps: number } => ({
  minPts: pixelsAt(size, 20),
  eps: Math.max(1, (3 * size.width) / CHOSEN_AT.width),
});

/**
 * How objects are found in images of a size: by OPTICS at `densityFor`.
 * @param classes training ids of the classes whose objects are told apart
 */
export const decodingFor = (size: Size, classes: readonly number[]): InstanceOptions => ({
  classes,
  method: clusterByOptics(densityFor(size)),
  minArea: pixelsAt(size, DEFAULT_MIN_AREA),
  adoptWithin: (DEFAULT_ADOPT_WITHIN * size.width) / CHOSEN_AT.width,
});

/** The objects of one image from its classes and centre vectors (Kendall et al. 2018, section 4.2). */
export const objectsOf = (
  semantic: SemanticPrediction,
  { vectors }: InstancePrediction,
  size: Size,
  options: InstanceOptions,
): DecodedInstances =>
  decodeInstances(
    { ...size, semantic: semantic.classes, vectors, probabilities: semantic.probabilities },
    options,
  );
