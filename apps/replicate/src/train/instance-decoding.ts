import type { Size } from '@scene-mtl/datasets';
import {
  clusterByOptics,
  decodeInstances,
  DEFAULT_ADOPT_WITHIN,
  DEFAULT_MIN_AREA,
  type DecodedInstances,
  type InstanceOptions,
  type InstancePrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';

/** Size for which the defaults of `decodeInstances` were chosen, px (docs/decisions/0002-optics.md). */
const CHOSEN_AT = { height: 128, width: 256 };

/** Least counts: fewer pixels than a 2×2 block are no object at any size. */
const LEAST = 4;

/**
 * Parameters of OPTICS for images of a size: distances grow with the width, counts with the area.
 * Below, ε stays at 1 px, since the votes of neighbours whose vectors are alike lie 1 px apart.
 * @param classes training ids of the classes whose objects are told apart
 */
export function decodingFor({ height, width }: Size, classes: readonly number[]): InstanceOptions {
  const length = width / CHOSEN_AT.width;
  const area = (height * width) / (CHOSEN_AT.height * CHOSEN_AT.width);
  return {
    classes,
    method: clusterByOptics({
      minPts: Math.max(LEAST, Math.round(20 * area)),
      eps: Math.max(1, 3 * length),
    }),
    minArea: Math.max(LEAST, Math.round(DEFAULT_MIN_AREA * area)),
    adoptWithin: DEFAULT_ADOPT_WITHIN * length,
  };
}

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
