import {
  classesKind,
  connectedComponents,
  disparityKind,
  findField,
  objectsKind,
  sizeOf,
  VOID,
  type ObjectMap,
  type Sample,
} from '@scene-mtl/data';

/** What a set of samples looks like. Sizes and disparities are converted to 2048 px of width. */
export interface Statistics {
  readonly frames: number;
  /** Share of each class among the pixels that count, by training id. */
  readonly shares: readonly number[];
  /** Share of all pixels that are void. */
  readonly void: number;
  /** Objects per frame, by training id. */
  readonly objects: readonly number[];
  /** Mean object size in px of a 1024 × 2048 image, by training id; NaN without objects. */
  readonly meanSize: readonly number[];
  /** Object sizes (px at 1024 × 2048): 10th, 50th and 90th percentile. */
  readonly sizePercentiles: readonly [number, number, number];
  /** Sizes of objects, px at 1024 × 2048: cells from 2^k to 2^(k + 1). */
  readonly sizes: Histogram;
  /** Share of objects in two or more pieces (8-connectivity). */
  readonly split: number;
  /** Mean and standard deviation of known disparities that are not 0, px at 2048. */
  readonly disparity: { readonly mean: number; readonly deviation: number };
  /** Known disparities that are not 0, px at 2048: cells of 4 px, the last one open. */
  readonly disparities: Histogram;
  /** Share of pixels whose disparity is known. */
  readonly valid: number;
}

/** Shares of values by cell, `shares[k]` from `edges[k]` to `edges[k + 1]`; they add up to 1. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly shares: readonly number[];
}

const SIZE_EDGES = Array.from({ length: 23 }, (_, k) => 2 ** k);
const DISPARITY_EDGES = Array.from({ length: 34 }, (_, k) => 4 * k);

/** Collects statistics sample by sample. */
export interface StatisticsCollector {
  /** Adds one sample. */
  add(sample: Sample): void;
  /** Everything added so far. */
  result(): Statistics;
}

/**
 * A collector for a number of classes.
 * @example
 * ```ts
 * import { classMap } from '@scene-mtl/data';
 * import { statistics } from '@scene-mtl/datasets';
 * const collector = statistics(2);
 * const semantic = classMap({ height: 1, width: 4 }, Uint8Array.of(0, 0, 1, 255));
 * collector.add({ id: 'street', fields: { semantic } });
 * collector.result().shares; // → [0.667, 0.333]
 * collector.result().void; // → 0.25
 * ```
 */
export function statistics(classes: number): StatisticsCollector {
  let frames = 0;
  let pixels = 0;
  let unknown = 0;
  let knownDisparities = 0;
  let pieces = 0;
  const counts = new Float64Array(classes);
  const objects = new Float64Array(classes);
  const areas = new Float64Array(classes);
  const sizes: number[] = [];
  const moments = { count: 0, sum: 0, squares: 0 };
  const disparityCells = new Float64Array(DISPARITY_EDGES.length - 1);

  return {
    add(sample) {
      const { height, width } = sizeOf(sample);
      const semantic = findField(sample, 'semantic', classesKind)?.data;
      const instance = findField(sample, 'instance', objectsKind);
      const disparity = findField(sample, 'depth', disparityKind);
      frames++;
      pixels += height * width;
      for (const label of semantic ?? []) {
        if (label === VOID) unknown++;
        else counts[label]++;
      }
      const unit = (2048 * 1024) / (height * width);
      for (const { area, label, split } of instance ? objectsOf(instance, semantic) : []) {
        if (label !== VOID) {
          objects[label]++;
          areas[label] += area * unit;
        }
        sizes.push(area * unit);
        if (split) pieces++;
      }
      disparity?.valid.forEach((known, i) => {
        knownDisparities += known;
        if (!known || disparity.data[i] === 0) return;
        const d = (disparity.data[i] * 2048) / width;
        disparityCells[Math.min(disparityCells.length - 1, Math.floor(d / 4))]++;
        moments.count++;
        moments.sum += d;
        moments.squares += d * d;
      });
    },
    result() {
      const counted = counts.reduce((a, b) => a + b, 0);
      const mean = moments.sum / moments.count;
      sizes.sort((a, b) => a - b);
      const at = (share: number) => sizes[Math.floor(share * (sizes.length - 1))] ?? NaN;
      return {
        frames,
        shares: Array.from(counts, (count) => count / counted),
        void: unknown / pixels,
        objects: Array.from(objects, (count) => count / frames),
        meanSize: Array.from(areas, (area, k) => area / objects[k]),
        sizePercentiles: [at(0.1), at(0.5), at(0.9)],
        sizes: histogram(SIZE_EDGES, sizeCells(sizes)),
        split: pieces / sizes.length,
        disparity: {
          mean,
          deviation: Math.sqrt(Math.max(0, moments.squares / moments.count - mean * mean)),
        },
        disparities: histogram(DISPARITY_EDGES, disparityCells),
        valid: knownDisparities / pixels,
      };
    },
  };
}

function histogram(edges: readonly number[], counts: Float64Array): Histogram {
  const total = counts.reduce((a, b) => a + b, 0);
  return { edges, shares: Array.from(counts, (count) => count / total) };
}

function sizeCells(sizes: readonly number[]): Float64Array {
  const cells = new Float64Array(SIZE_EDGES.length - 1);
  for (const size of sizes) {
    cells[Math.max(0, Math.min(cells.length - 1, Math.floor(Math.log2(size))))]++;
  }
  return cells;
}

interface ObjectFacts {
  readonly area: number;
  /** Class of most of its pixels. */
  readonly label: number;
  readonly split: boolean;
}

function objectsOf({ data, width }: ObjectMap, semantic: Uint8Array | undefined): ObjectFacts[] {
  const pixelsOf = new Map<number, number[]>();
  data.forEach((value, i) => {
    if (value === 0) return;
    const list = pixelsOf.get(value);
    if (list) list.push(i);
    else pixelsOf.set(value, [i]);
  });
  return Array.from(pixelsOf.values(), (pixels) => {
    const votes = new Map<number, number>();
    for (const i of pixels) {
      const label = semantic?.[i] ?? VOID;
      votes.set(label, (votes.get(label) ?? 0) + 1);
    }
    const [label] = [...votes].sort((a, b) => b[1] - a[1])[0];
    return { area: pixels.length, label, split: componentCount(pixels, width) > 1 };
  });
}

function componentCount(pixels: readonly number[], width: number): number {
  const rows = pixels.map((i) => Math.floor(i / width));
  const columns = pixels.map((i) => i % width);
  const top = rows.reduce((a, b) => Math.min(a, b));
  const left = columns.reduce((a, b) => Math.min(a, b));
  const boxWidth = columns.reduce((a, b) => Math.max(a, b)) - left + 1;
  const boxHeight = rows.reduce((a, b) => Math.max(a, b)) - top + 1;
  const mask = new Uint8Array(boxWidth * boxHeight);
  rows.forEach((row, k) => (mask[(row - top) * boxWidth + columns[k] - left] = 1));
  return connectedComponents(mask, boxHeight, boxWidth).count;
}
