import { imageOf, type Sample, type Size } from '@scene-mtl/data';
import type { Rgb } from '@scene-mtl/eval';
import type { Predictions } from '../kit.ts';
import { classMapOf } from '../semantic/targets.ts';
import type { SemanticPrediction } from '../semantic/task.ts';
import { decodingFor, objectsOf } from './decoding.ts';
import { objectOverlay, type ObjectFields } from './files.ts';
import { objectMapOf } from './targets.ts';
import type { InstancePrediction } from './task.ts';

/**
 * An example under its objects, true and predicted: the predicted ones lie in the predicted classes, and the truth
 * takes no part in finding them. Undefined where no classes were predicted to find them in.
 */
export function objectPictures(
  sample: Sample,
  predictions: Predictions,
  size: Size,
  { field, within, instanceClasses }: Omit<ObjectFields, 'labels' | 'classes' | 'palette'>,
): { readonly truth?: Rgb; readonly prediction?: Rgb } | undefined {
  const semantic = within === undefined ? undefined : predictions[within];
  if (within === undefined || semantic === undefined) return undefined;
  const { data: image } = imageOf(sample);
  const vectors = predictions[field] as InstancePrediction | undefined;
  const objects = objectMapOf(sample, field)?.data;
  // Caravans and trailers of Cityscapes are objects of no trained class.
  const labels = classMapOf(sample, within)?.data;
  const told = new Set(instanceClasses);
  const isTold = (i: number) => labels === undefined || told.has(labels[i]);
  const options = decodingFor(size, instanceClasses);
  return {
    ...(objects && {
      truth: objectOverlay(
        image,
        objects.map((id, i) => (isTold(i) ? id : 0)),
        size,
      ),
    }),
    ...(vectors && {
      prediction: objectOverlay(
        image,
        objectsOf(semantic as SemanticPrediction, vectors, size, options).ids,
        size,
      ),
    }),
  };
}
