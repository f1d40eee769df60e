import { exactSum } from '../metrics/exact-sum.ts';

/** One segment of a panoptic annotation (COCO panoptic format). */
export interface PanopticSegment {
  /** Value in the id image, 1 … 2²⁴ − 1; 0 is void. */
  readonly id: number;
  /** Regular Cityscapes id of its class. */
  readonly categoryId: number;
  /** True for a group of objects; only read in the ground truth. */
  readonly isCrowd?: boolean;
  /** Pixels as the ground truth's JSON states them (default: counted); only read there. */
  readonly area?: number;
}

/** One image: a segment id per pixel and what the segments are. */
export interface PanopticImage {
  /** `u32 [H, W]`. */
  readonly ids: Uint32Array;
  readonly segments: readonly PanopticSegment[];
}

/** A category of the benchmark. */
export interface PanopticCategory {
  readonly id: number;
  readonly isThing: boolean;
}

/** Panoptic, segmentation and recognition quality, fractions 0 … 1. */
export interface PanopticQuality {
  readonly pq: number;
  readonly sq: number;
  readonly rq: number;
}

/** Scores of a split. */
export interface PanopticScores {
  /** Means over the categories that occur (n of them); NaN when none does. */
  readonly all: PanopticQuality & { readonly n: number };
  readonly things: PanopticQuality & { readonly n: number };
  readonly stuff: PanopticQuality & { readonly n: number };
  /** By regular id; zeros for a category that does not occur, as in the official result. */
  readonly perClass: ReadonlyMap<number, PanopticQuality>;
}

/** Accumulates panoptic quality over a split; see `panopticQuality`. */
export interface PanopticEvaluation {
  /**
   * Counts one image.
   * @throws RangeError when sizes differ, or image and list of the prediction do not name the same
   *   segments, or a category is unknown
   */
  add(gt: PanopticImage, pred: PanopticImage): void;
  /** Adds what another evaluation holds; the order of `add` and any `merge` tree give the same bits. */
  merge(other: PanopticEvaluation): void;
  /** Scores over everything added so far. */
  result(): PanopticScores;
  /** By regular id: sums of the IoU as exact partials, and counts: for `merge`. */
  state(): ReadonlyMap<
    number,
    {
      readonly iou: readonly number[];
      readonly tp: number;
      readonly fp: number;
      readonly fn: number;
    }
  >;
}

interface Tally {
  readonly iou: ReturnType<typeof exactSum>;
  tp: number;
  fp: number;
  fn: number;
}

const ID_LIMIT = 2 ** 24;

/**
 * Panoptic quality (Kirillov et al. 2019, equation 1; as the official
 * `evalPanopticSemanticLabeling.py`).
 *
 *     PQ = Σ IoU / (TP + ½ FP + ½ FN),   SQ = Σ IoU / TP,   RQ = TP / (TP + ½ FP + ½ FN)
 *
 * A pair matches when the categories agree, the truth is no group, and IoU > 0.5 with the predicted
 * pixels on void left out of the union. Official quirk kept: of several groups of one category in an
 * image only the last in the list excuses a false positive.
 * @example
 * ```ts
 * import { panopticQuality } from '@scene-mtl/eval';
 * const quality = panopticQuality([{ id: 26, isThing: true }]);
 * const segments = [{ id: 1, categoryId: 26 }];
 * // IoU 3/4, a hit.
 * quality.add({ ids: Uint32Array.of(1, 1, 1, 1), segments }, { ids: Uint32Array.of(1, 1, 1, 0), segments });
 * quality.result().things; // → { pq: 0.75, sq: 0.75, rq: 1.00, n: 1 }
 * ```
 */
export function panopticQuality(categories: readonly PanopticCategory[]): PanopticEvaluation {
  const tallies = new Map<number, Tally>();
  const known = new Set(categories.map((c) => c.id));
  const tally = (category: number): Tally => {
    let entry = tallies.get(category);
    if (!entry) tallies.set(category, (entry = { iou: exactSum(), tp: 0, fp: 0, fn: 0 }));
    return entry;
  };
  return {
    add(gt, pred) {
      if (gt.ids.length !== pred.ids.length) {
        throw new RangeError(
          `panopticQuality.add: ground truth has ${gt.ids.length} pixels, the prediction ${pred.ids.length}`,
        );
      }
      const overlaps = countPairs(gt.ids, pred.ids);
      const areas = predictedAreas(overlaps, pred.segments, known);
      const truths = new Map(gt.segments.map((s) => [s.id, s]));
      const guesses = new Map(pred.segments.map((s) => [s.id, s]));
      const overlap = (g: number, p: number) => overlaps.get(g * ID_LIMIT + p) ?? 0;
      const found = new Set<number>();
      const used = new Set<number>();
      for (const [pair, pixels] of overlaps) {
        const truth = truths.get(Math.floor(pair / ID_LIMIT));
        const guess = guesses.get(pair % ID_LIMIT);
        if (!truth || !guess || truth.isCrowd || truth.categoryId !== guess.categoryId) continue;
        const area = areas.get(guess.id) ?? 0;
        const union =
          area + (truth.area ?? count(gt.ids, truth.id)) - pixels - overlap(0, guess.id);
        const iou = pixels / union;
        if (!(iou > 0.5)) continue;
        tally(truth.categoryId).tp++;
        tally(truth.categoryId).iou.add(iou);
        found.add(truth.id);
        used.add(guess.id);
      }
      const groups = new Map<number, number>();
      for (const truth of truths.values()) {
        if (found.has(truth.id)) continue;
        if (truth.isCrowd) groups.set(truth.categoryId, truth.id);
        else tally(truth.categoryId).fn++;
      }
      for (const guess of guesses.values()) {
        if (used.has(guess.id)) continue;
        const group = groups.get(guess.categoryId);
        const excused = overlap(0, guess.id) + (group === undefined ? 0 : overlap(group, guess.id));
        if (excused / (areas.get(guess.id) ?? 0) > 0.5) continue;
        tally(guess.categoryId).fp++;
      }
    },
    merge(other) {
      for (const [category, { iou, tp, fp, fn }] of other.state()) {
        const own = tally(category);
        for (const x of iou) own.iou.add(x);
        own.tp += tp;
        own.fp += fp;
        own.fn += fn;
      }
    },
    result: () => scores(categories, tallies),
    state: () =>
      new Map(
        [...tallies].map(([id, { iou, ...counts }]) => [
          id,
          { iou: [...iou.partials()], ...counts },
        ]),
      ),
  };
}

/** Pixels per pair (truth id, predicted id), key truth · 2²⁴ + prediction, by ascending key. */
function countPairs(gt: Uint32Array, pred: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  // Neighbours mostly share their pair: whole runs are counted at once.
  let run = 0;
  let last = -1;
  for (let i = 0; i < gt.length; i++) {
    const pair = gt[i] * ID_LIMIT + pred[i];
    if (pair === last) {
      run++;
      continue;
    }
    if (run) counts.set(last, (counts.get(last) ?? 0) + run);
    last = pair;
    run = 1;
  }
  if (run) counts.set(last, (counts.get(last) ?? 0) + run);
  return new Map([...counts].sort(([a], [b]) => a - b));
}

function count(ids: Uint32Array, id: number): number {
  let n = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i] === id) n++;
  return n;
}

/** Pixels of each predicted segment, after checking that image and list agree. */
function predictedAreas(
  overlaps: ReadonlyMap<number, number>,
  segments: readonly PanopticSegment[],
  known: ReadonlySet<number>,
): Map<number, number> {
  const listed = new Map(segments.map((s) => [s.id, s.categoryId]));
  const areas = new Map<number, number>();
  for (const [pair, pixels] of overlaps) {
    const id = pair % ID_LIMIT;
    if (!listed.has(id)) {
      if (id === 0) continue;
      throw new RangeError(
        `segment ${id} is in the predicted image but not in the list of segments; list it with its category`,
      );
    }
    areas.set(id, (areas.get(id) ?? 0) + pixels);
  }
  for (const [id, category] of listed) {
    if (!areas.has(id)) {
      throw new RangeError(
        `segment ${id} is in the predicted list but not in the image; leave it out of the list`,
      );
    }
    if (!known.has(category)) {
      throw new RangeError(
        `segment ${id} has category ${category}, which the ground truth does not define; use regular ids`,
      );
    }
  }
  return areas;
}

function scores(
  categories: readonly PanopticCategory[],
  tallies: ReadonlyMap<number, Tally>,
): PanopticScores {
  const perClass = new Map<number, PanopticQuality>();
  const occurring = new Set<number>();
  for (const { id } of categories) {
    const { iou, tp, fp, fn } = tallies.get(id) ?? { iou: exactSum(), tp: 0, fp: 0, fn: 0 };
    if (tp + fp + fn === 0) {
      perClass.set(id, { pq: 0, sq: 0, rq: 0 });
      continue;
    }
    occurring.add(id);
    const all = tp + 0.5 * fp + 0.5 * fn;
    perClass.set(id, { pq: iou.value() / all, sq: tp ? iou.value() / tp : 0, rq: tp / all });
  }
  const average = (members: readonly PanopticCategory[]) => {
    const qualities = members
      .filter((c) => occurring.has(c.id))
      .map((c) => perClass.get(c.id) as PanopticQuality);
    const n = qualities.length;
    const of = (key: keyof PanopticQuality) => qualities.reduce((a, q) => a + q[key], 0) / n;
    return { n, pq: of('pq'), sq: of('sq'), rq: of('rq') };
  };
  return {
    all: average(categories),
    things: average(categories.filter((c) => c.isThing)),
    stuff: average(categories.filter((c) => !c.isThing)),
    perClass,
  };
}
