import { classesKind, fieldOf, objectsKind, sizeOf, VOID, type Sample } from '@scene-mtl/data';
import {
  centreVectors,
  type InstanceInput,
  type InstancePrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import type { Predictions } from '@scene-mtl/vision-heads';

/**
 * What objects are decoded from: what the network predicts; its classes with true centre vectors; true
 * classes with its vectors; or true classes and vectors, the upper bound of the clustering itself.
 */
export type DecodingSource = 'predicted' | 'trueVectors' | 'trueClasses' | 'truth';

/** What tables call them. */
export const sourceTitles: Readonly<Record<DecodingSource, string>> = {
  predicted: 'predicted',
  trueVectors: 'true vectors',
  trueClasses: 'true classes',
  truth: 'true classes and vectors',
};

/**
 * Classes and centre vectors of an image from a source.
 *
 * True vectors exist on true objects alone: elsewhere, where a class may be predicted too, the
 * predicted vector stays. With true classes, pixels of no single object (groups) have none.
 * @param classes training ids of the classes whose objects are told apart
 */
export function decodingInput(
  source: DecodingSource,
  sample: Sample,
  predictions: Predictions,
  classes: readonly number[],
): InstanceInput {
  const { height, width } = sizeOf(sample);
  const semantic = predictions['semantic'] as SemanticPrediction;
  const { vectors } = predictions['instance'] as InstancePrediction;
  const predicted = {
    height,
    width,
    semantic: semantic.classes,
    vectors,
    probabilities: semantic.probabilities,
  };
  if (source === 'predicted') return predicted;
  const { value, mask } = centreVectors(sample);
  if (source === 'trueVectors') {
    return { ...predicted, vectors: value.map((v, i) => (mask[i >> 1] ? v : vectors[i])) };
  }
  const objects = trueObjects(sample, classes);
  const { data: labels } = fieldOf(sample, 'semantic', classesKind);
  const truth = Uint8Array.from(objects, (id, i) => (id === 0 ? VOID : labels[i]));
  return {
    ...{ height, width, semantic: truth },
    vectors: source === 'trueClasses' ? vectors : value,
  };
}

/**
 * True single objects of the classes whose objects are told apart, `u16 [H, W]`; 0 elsewhere: caravans
 * and trailers of Cityscapes are objects of no trained class.
 * @throws when the sample lacks classes or instances
 */
export function trueObjects(sample: Sample, classes: readonly number[]): Uint16Array {
  const { data: semantic } = fieldOf(sample, 'semantic', classesKind);
  const { data: instance } = fieldOf(sample, 'instance', objectsKind);
  const told = new Set(classes);
  return instance.map((value, i) => (told.has(semantic[i]) ? value : 0));
}
