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

/**
 * Parameters of OPTICS for images of a size: distances grow with the width, counts with the area.
 * @param classes training ids of the classes whose objects are told apart
 */
export function decodingFor({ height, width }: Size, classes: readonly number[]): InstanceOptions {
  const length = width / CHOSEN_AT.width;
  const area = (height * width) / (CHOSEN_AT.height * CHOSEN_AT.width);
  return {
    classes,
    // minPts counts the point itself, so that 2 is the least that groups anything.
    method: clusterByOptics({ minPts: Math.max(2, Math.round(20 * area)), eps: 3 * length }),
    minArea: Math.max(1, Math.round(DEFAULT_MIN_AREA * area)),
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
