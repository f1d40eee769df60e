import { classesKind, findField, imageOf, VOID, type Sample } from '@scene-mtl/data';

/** Tells classes by the colour of each pixel and nothing else. */
export interface ColourClassifier {
  /** Counts the colours of a labelled sample. Samples without classes are passed over. */
  learn(sample: Sample): void;
  /**
   * The class that is most frequent among the pixels of about that colour.
   * @param image `u8 [H, W, 3]`
   * @returns `u8 [H, W]`
   */
  predict(image: Uint8Array): Uint8Array;
}

/** Bits kept of each channel, from fine to coarse. */
const LEVELS = [5, 3];
/** Pixels that a cell of colours needs before it is asked. */
const ENOUGH = 20;

/**
 * A histogram of RGB per class: the Bayes rule of a single pixel's colour, up to the width of its
 * cells (32 levels per channel; 8 where a cell has seen fewer than 20 pixels; else the most frequent
 * class). What it reaches on other frames is what colour alone gives away of the classes.
 * @example
 * ```ts
 * import { classMap, photo } from '@scene-mtl/data';
 * import { colourClassifier } from '@scene-mtl/datasets';
 * const size = { height: 1, width: 2 };
 * const image = photo(size, Uint8Array.of(0, 0, 255, 90, 90, 90));
 * const sample = { id: 'sky, road', fields: { image, semantic: classMap(size, Uint8Array.of(1, 0)) } };
 * const classifier = colourClassifier(2);
 * for (let i = 0; i < 20; i++) classifier.learn(sample);
 * classifier.predict(image.data); // → [1, 0]
 * ```
 */
export function colourClassifier(classes: number): ColourClassifier {
  const grids = LEVELS.map((bits) => ({ bits, counts: new Float64Array(classes * 8 ** bits) }));
  const total = new Float64Array(classes);
  let tables: { bits: number; answers: Int16Array }[] | undefined;
  return {
    learn(sample) {
      tables = undefined;
      const { data: image } = imageOf(sample);
      const labels = findField(sample, 'semantic', classesKind)?.data ?? new Uint8Array(0);
      for (const label of labels) if (label !== VOID) total[label]++;
      for (const { bits, counts } of grids) {
        for (let i = 0; i < labels.length; i++) {
          if (labels[i] !== VOID) counts[cell(image, i, bits) * classes + labels[i]]++;
        }
      }
    },
    predict(image) {
      tables ??= grids.map(({ bits, counts }) => ({ bits, answers: answers(counts, classes) }));
      const usual = largest(total);
      const result = new Uint8Array(image.length / 3);
      const [fine, coarse] = tables;
      for (let i = 0; i < result.length; i++) {
        let answer = fine.answers[cell(image, i, fine.bits)];
        if (answer < 0) answer = coarse.answers[cell(image, i, coarse.bits)];
        result[i] = answer < 0 ? usual : answer;
      }
      return result;
    },
  };
}

function cell(image: Uint8Array, pixel: number, bits: number): number {
  const shift = 8 - bits;
  const at = 3 * pixel;
  return (
    ((image[at] >> shift) << (2 * bits)) |
    ((image[at + 1] >> shift) << bits) |
    (image[at + 2] >> shift)
  );
}

/** Most frequent class of each cell, −1 where there are too few pixels. */
function answers(counts: Float64Array, classes: number): Int16Array {
  return Int16Array.from({ length: counts.length / classes }, (_, k) => {
    const own = counts.subarray(k * classes, (k + 1) * classes);
    return own.reduce((a, b) => a + b, 0) < ENOUGH ? -1 : largest(own);
  });
}

function largest(list: Float64Array): number {
  return list.reduce((best, value, k) => (value > list[best] ? k : best), 0);
}
