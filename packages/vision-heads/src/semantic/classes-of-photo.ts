import { sameSize, triangleRows } from '@scene-mtl/data';
import { perPhoto } from '../per-photo.ts';
import type { SemanticPrediction } from './task.ts';

/** Classes of a photograph at its own size. */
export interface PhotoClasses {
  /** Most probable class per pixel, `u8 [H, W]`; the lower id where two are equal. */
  readonly classes: Uint8Array;
  /** Its probability, `f32 [H, W]`. */
  readonly confidence: Float32Array;
}

/**
 * The classes of a photograph at its own size: the probabilities are enlarged (`triangleRows`), then decided by.
 * Labels that are enlarged have steps as wide as the network's pixels; and a mixture of two labels is a third one.
 * @param field of kind `classes`, predicted
 */
export const classesOfPhoto = perPhoto((photo, field: string): PhotoClasses => {
  const { size, native } = photo;
  const { classes, confidence, probabilities } = photo.predictions[field] as SemanticPrediction;
  if (sameSize(size, native)) return { classes, confidence };
  const count = probabilities.length / classes.length;
  const pixels = native.height * native.width;
  const own = { classes: new Uint8Array(pixels), confidence: new Float32Array(pixels) };
  let pixel = 0;
  for (const row of triangleRows(probabilities, size, native, count)) {
    for (let at = 0; at < row.length; at += count) {
      let best = 0;
      for (let c = 1; c < count; c++) if (row[at + c] > row[at + best]) best = c;
      own.classes[pixel] = best;
      own.confidence[pixel++] = row[at + best];
    }
  }
  return own;
});
