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

/** Bits kept of each channel by fine cells, and by the coarse ones that stand in for them. */
const FINE = 5;
const COARSE = 3;
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
  // Pixels by cell of the finest grid and class; those of coarser cells are their sums.
  const counts = new Float64Array(classes * 8 ** FINE);
  let table: Uint8Array | undefined;
  return {
    learn(sample) {
      table = undefined;
      const { data: image } = imageOf(sample);
      const labels = findField(sample, 'semantic', classesKind)?.data ?? new Uint8Array(0);
      for (let i = 0; i < labels.length; i++) {
        if (labels[i] !== VOID) counts[cell(image, i) * classes + labels[i]]++;
      }
    },
    predict(image) {
      table ??= answers(counts, classes);
      const result = new Uint8Array(image.length / 3);
      for (let i = 0; i < result.length; i++) result[i] = table[cell(image, i)];
      return result;
    },
  };
}

/** The fine cell of a pixel. */
function cell(image: Uint8Array, pixel: number): number {
  const at = 3 * pixel;
  const drop = 8 - FINE;
  return (
    ((image[at] >> drop) << (2 * FINE)) |
    ((image[at + 1] >> drop) << FINE) |
    (image[at + 2] >> drop)
  );
}

/** The coarse cell of a fine one. */
function coarseOf(fine: number): number {
  const drop = FINE - COARSE;
  const mask = (1 << COARSE) - 1;
  const red = (fine >> (2 * FINE + drop)) & mask;
  const green = (fine >> (FINE + drop)) & mask;
  return (red << (2 * COARSE)) | (green << COARSE) | ((fine >> drop) & mask);
}

/** The class of each fine cell. */
function answers(counts: Float64Array, classes: number): Uint8Array {
  const coarse = new Float64Array(classes * 8 ** COARSE);
  const total = new Float64Array(classes);
  for (let fine = 0, i = 0; fine < 8 ** FINE; fine++) {
    const start = coarseOf(fine) * classes;
    for (let label = 0; label < classes; label++, i++) {
      coarse[start + label] += counts[i];
      total[label] += counts[i];
    }
  }
  const usual = largest(total);
  const within = (all: Float64Array, k: number): number | undefined => {
    const own = all.subarray(k * classes, (k + 1) * classes);
    return own.reduce((a, b) => a + b, 0) < ENOUGH ? undefined : largest(own);
  };
  return Uint8Array.from(
    { length: 8 ** FINE },
    (_, k) => within(counts, k) ?? within(coarse, coarseOf(k)) ?? usual,
  );
}

function largest(list: Float64Array): number {
  return list.reduce((best, value, k) => (value > list[best] ? k : best), 0);
}
