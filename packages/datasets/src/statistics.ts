import {
  classesKind,
  connectedComponents,
  disparityKind,
  findField,
  objectsKind,
  sizeOf,
  VOID,
  type DisparityMap,
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
  /** Share of objects in two or more pieces of at least `LARGE_PIECE` px of 1024 × 2048: no specks. */
  readonly splitLarge: number;
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

/** Smaller pieces of an object are specks, px of 1024 × 2048. */
export const LARGE_PIECE = 100;

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
  let split = 0;
  let splitLarge = 0;
  const counts = new Float64Array(classes);
  const objects = new Float64Array(classes);
  const areas = new Float64Array(classes);
  const sizes: number[] = [];
  const moments = { count: 0, sum: 0, squares: 0 };
  const disparityCells = new Float64Array(DISPARITY_EDGES.length - 1);

  /** Loops over numbers of its own: callbacks, or sums in an object, take longer than all else. */
  function addDisparities({ data, valid, width }: DisparityMap): void {
    const last = disparityCells.length - 1;
    let [known, count, sum, squares] = [0, 0, moments.sum, moments.squares];
    for (let i = 0; i < valid.length; i++) {
      if (valid[i] === 0) continue;
      known++;
      if (data[i] === 0) continue;
      const d = (data[i] * 2048) / width;
      disparityCells[d < 4 * last ? Math.floor(d / 4) : last]++;
      count++;
      sum += d;
      squares += d * d;
    }
    knownDisparities += known;
    moments.count += count;
    moments.sum = sum;
    moments.squares = squares;
  }

  return {
    add(sample) {
      const { height, width } = sizeOf(sample);
      const semantic = findField(sample, 'semantic', classesKind)?.data;
      const instance = findField(sample, 'instance', objectsKind);
      const disparity = findField(sample, 'depth', disparityKind);
      frames++;
      pixels += height * width;
      const labels = new Uint32Array(VOID + 1);
      for (let i = 0; i < (semantic?.length ?? 0); i++) labels[semantic![i]]++;
      unknown += labels[VOID];
      for (let k = 0; k < classes; k++) counts[k] += labels[k];
      const unit = (2048 * 1024) / (height * width);
      for (const { area, label, pieces } of instance ? objectsOf(instance, semantic) : []) {
        if (label !== VOID) {
          objects[label]++;
          areas[label] += area * unit;
        }
        sizes.push(area * unit);
        if (pieces.length > 1) split++;
        if (pieces.filter((piece) => piece * unit >= LARGE_PIECE).length > 1) splitLarge++;
      }
      if (disparity) addDisparities(disparity);
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
        split: split / sizes.length,
        splitLarge: splitLarge / sizes.length,
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
  /** Px of each of its pieces. */
  readonly pieces: readonly number[];
}

/** The components of an object, and its pixels by class. */
interface Tally {
  readonly pieces: number[];
  readonly votes: Uint32Array;
}

const newTally = (): Tally => ({ pieces: [], votes: new Uint32Array(VOID + 1) });

/** Facts of each object, in the order of their first pixels. */
function objectsOf(
  { data, height, width }: ObjectMap,
  semantic: Uint8Array | undefined,
): ObjectFacts[] {
  const { labels, count } = connectedComponents(data, height, width);
  const found = new Map<number, Tally>();
  const areas = new Uint32Array(count);
  // Neighbours mostly share their object.
  let last = 0;
  let object = newTally();
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    if (data[i] !== last) {
      last = data[i];
      object = found.get(last) ?? newTally();
      found.set(last, object);
    }
    object.votes[semantic ? semantic[i] : VOID]++;
    if (areas[labels[i]]++ === 0) object.pieces.push(labels[i]);
  }
  return Array.from(found.values(), ({ pieces, votes }) => ({
    area: pieces.reduce((sum, piece) => sum + areas[piece], 0),
    label: votes.indexOf(votes.reduce((a, b) => Math.max(a, b), 0)),
    pieces: pieces.map((piece) => areas[piece]),
  }));
}
