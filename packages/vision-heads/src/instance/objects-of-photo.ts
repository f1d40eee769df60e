import { triangleTaps, type Size, type Taps } from '@scene-mtl/data';
import type { PredictedPhoto } from '../kit.ts';
import type { PhotoClasses } from '../semantic/classes-of-photo.ts';
import { decodeRuns, type DecodedInstances, type Instance } from './clustering/index.ts';

/** An object of a photograph. */
export interface PhotoObject extends Pick<Instance, 'classId' | 'confidence'> {
  /** Value of its pixels in `PhotoObjects.ids`, from 1. */
  readonly id: number;
}

/** The objects of a photograph at its own size. */
export interface PhotoObjects {
  /** Those with a pixel at this size. */
  readonly objects: readonly PhotoObject[];
  /** Object per pixel, `u16 [H, W]`; 0 for none. */
  readonly ids: Uint16Array;
}

/**
 * Whether an object has a block of 2×2 pixels: what is one pixel wide everywhere is the border of another class or
 * a stray vote, and enlarged it would be a string of blocks.
 */
export function hasBlock({ mask }: Pick<Instance, 'mask'>): boolean {
  const { width } = mask;
  const pixels = decodeRuns(mask);
  return pixels.some(
    (set, i) =>
      set === 1 &&
      i % width < width - 1 &&
      pixels[i + 1] === 1 &&
      pixels[i + width] === 1 &&
      pixels[i + width + 1] === 1,
  );
}

/**
 * Objects at a photograph's own size. Each pixel goes to an object of the class that it has there: to the one
 * which the pixels around it, weighted as an enlarged probability is (`triangleTaps`), belong to most. So the outline
 * of an object is that of its class, two objects of a class meet in a smooth line, and no id is ever mixed.
 * @param found at the size of the predictions; objects without a block of 2×2 pixels are left out
 * @param own classes at the photograph's size
 */
export function objectsOfPhoto(
  found: DecodedInstances,
  { size, native }: Pick<PredictedPhoto, 'size' | 'native'>,
  own: Pick<PhotoClasses, 'classes'>,
): PhotoObjects {
  const kept = found.instances.filter(hasBlock);
  const classOf = new Map(kept.map(({ id, classId }) => [id, classId]));
  const enlarged = new Uint16Array(native.height * native.width);
  if (kept.length > 0) {
    const columns = triangleTaps(size.width, native.width);
    triangleTaps(size.height, native.height).forEach((row, r) =>
      columns.forEach((column, c) => {
        const pixel = r * native.width + c;
        enlarged[pixel] = heaviest(found.ids, size, row, column, (id) => {
          return classOf.get(id) === own.classes[pixel];
        });
      }),
    );
  }
  const seen = new Set(enlarged);
  const left = kept.filter(({ id }) => seen.has(id));
  const renumbered = new Map(left.map(({ id }, i) => [id, i + 1]));
  return {
    objects: left.map(({ classId, confidence }, i) => ({ id: i + 1, classId, confidence })),
    ids: enlarged.map((id) => renumbered.get(id) ?? 0),
  };
}

/** The id of most weight among some pixels, of those that may be; 0 where there is none. The first of equals. */
function heaviest(
  ids: Uint16Array,
  { width }: Size,
  row: Taps,
  column: Taps,
  mayBe: (id: number) => boolean,
): number {
  let best = 0;
  let most = 0;
  const weights = new Map<number, number>();
  for (let i = 0; i < row.weights.length; i++) {
    for (let j = 0; j < column.weights.length; j++) {
      const id = ids[(row.first + i) * width + column.first + j];
      if (id === 0 || !mayBe(id)) continue;
      const sum = (weights.get(id) ?? 0) + row.weights[i] * column.weights[j];
      weights.set(id, sum);
      if (sum > most) [best, most] = [id, sum];
    }
  }
  return best;
}
