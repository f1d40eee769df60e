import { countPairs } from '../metrics/count-pairs.ts';
import { exactSum } from '../metrics/exact-sum.ts';
import { categories, evaluatedLabels, LABEL_IDS, labelsById } from '@scene-mtl/data/cityscapes';
import { ImageFault } from './image-fault.ts';

/** Pixel-level scores; names as in the official result file, so that both can be compared. */
export interface PixelScores {
  /** `[34][34]` pixels, row = true id, column = predicted id. */
  readonly confMatrix: readonly (readonly number[])[];
  /** IoU by label name; NaN for ignored labels and where nothing was there. */
  readonly classScores: Readonly<Record<string, number>>;
  /** Instance-weighted IoU by label name; NaN for labels without instances. */
  readonly classInstScores: Readonly<Record<string, number>>;
  readonly categoryScores: Readonly<Record<string, number>>;
  readonly categoryInstScores: Readonly<Record<string, number>>;
  readonly averageScoreClasses: number;
  readonly averageScoreInstClasses: number;
  readonly averageScoreCategories: number;
  readonly averageScoreInstCategories: number;
  /** Share of the ground-truth pixels by label name. */
  readonly priors: Readonly<Record<string, number>>;
}

/** Accumulates the pixel-level benchmark over a split; see `pixelScores`. */
export interface PixelEvaluation {
  /**
   * Counts one image.
   * @param gt regular ids `u8 [H, W]`, 0 … 33
   * @param pred regular ids `[H, W]`, 0 … 33
   * @param instances official instance values `u16 [H, W]`; without them the instance-weighted scores
   *   miss this image
   * @throws RangeError when sizes differ; `ImageFault` (a RangeError) naming image and value when an id is
   *   not 0 … 33
   */
  add(gt: Uint8Array, pred: Uint8Array, instances?: Uint16Array): void;
  /** Adds another evaluation. */
  merge(other: PixelEvaluation): void;
  /** Scores over everything added so far. */
  result(): PixelScores;
  /** Raw counts and weighted sums, for `merge`. */
  state(): PixelState;
}

/** Raw content of a `PixelEvaluation`. */
export interface PixelState {
  readonly counts: Float64Array;
  /** Exact partials per key: weighted true positives and false negatives by class and category. */
  readonly weighted: ReadonlyMap<string, readonly number[]>;
}

/** Mean size of an instance in px at 1024 × 2048 (official script, `avgClassSize`). */
const averageSize: Readonly<Record<string, number>> = {
  person: 3462.4756337644,
  rider: 3930.4788056518,
  car: 12794.0202738185,
  truck: 27855.1264367816,
  bus: 35732.1511111111,
  caravan: 36771.8241758242,
  trailer: 16926.9763313609,
  train: 67583.7075812274,
  motorcycle: 6298.7200839748,
  bicycle: 4672.3249222261,
};

/** Categories all of whose labels have instances: human and vehicle, with caravan and trailer. */
const instanceCategories = new Map(
  categories
    .map((name) => [name, labelsById.filter((l) => l.category === name)] as const)
    .filter(([, labels]) => labels.every((l) => l.hasInstances))
    .map(([name, labels]) => [name, labels.map((l) => l.id)] as const),
);

/** Indexed by (truth, prediction); one for all, as that of `confusion`: it holds nothing between images. */
const pairs = new Uint32Array(256 * 256);

/**
 * The Cityscapes pixel-level benchmark: class and category IoU and instance-weighted iIoU from one
 * confusion matrix over the split (Cordts et al. 2016, section 4.1; as the official
 * `evalPixelLevelSemanticLabeling.py`).
 *
 *     iIoU = iTP / (iTP + FP + iFN),   weight of an instance = mean size of its class / its size
 *
 * Pixel counts are exact; weighted sums are combined exactly, so the order of images does not matter.
 *
 * The mean sizes are in px at 1024 × 2048. For smaller images they are multiplied by `area`: where both
 * sides are smaller by one whole factor, that gives the scores of truth and prediction repeated up to
 * 1024 × 2048, pixel by pixel.
 *
 * @param area pixels of an image as a share of 2048 · 1024 (default 1, official)
 * @throws RangeError when `area` is not a positive number
 * @example
 * ```ts
 * import { pixelScores } from '@scene-mtl/eval';
 * const scores = pixelScores();
 * // Regular ids: 7 road, 8 sidewalk.
 * scores.add(Uint8Array.of(7, 7, 7, 8), Uint8Array.of(7, 7, 8, 8));
 * scores.result().classScores.road; // → 0.667
 * scores.result().classScores.sidewalk; // → 0.500
 * ```
 */
export function pixelScores(area = 1): PixelEvaluation {
  if (!(area > 0 && area < Infinity)) {
    throw new RangeError(`pixelScores: area must be a positive number, got ${area}`);
  }
  const counts = new Float64Array(LABEL_IDS * LABEL_IDS);
  const sums = new Map<string, ReturnType<typeof exactSum>>();
  const sum = (key: string) => {
    let known = sums.get(key);
    if (!known) sums.set(key, (known = exactSum()));
    return known;
  };
  return {
    add(gt, pred, instances) {
      if (pred.length !== gt.length || (instances && instances.length !== gt.length)) {
        throw new RangeError(
          `pixelScores.add: sizes differ: ground truth ${gt.length} px, prediction ${pred.length} px${instances ? `, instances ${instances.length} px` : ''}`,
        );
      }
      pairs.fill(0);
      countPairs(gt, pred, pairs);
      checkIds();
      for (let g = 0; g < LABEL_IDS; g++) {
        for (let p = 0; p < LABEL_IDS; p++) counts[g * LABEL_IDS + p] += pairs[(g << 8) | p];
      }
      if (!instances) return;
      for (const { labelId, size, hits, categoryHits } of instanceHits(pred, instances)) {
        const label = labelsById[labelId];
        if (!label) {
          throw new ImageFault(
            'instances',
            `instance image has a value of class ${labelId}; expected class · 1000 + k with class 0 … 33`,
          );
        }
        if (label.ignoreInEval) continue;
        const weight = (averageSize[label.name] * area) / size;
        sum(`tp ${label.name}`).add(hits * weight);
        sum(`fn ${label.name}`).add((size - hits) * weight);
        sum(`tp ${label.category}`).add(categoryHits * weight);
        sum(`fn ${label.category}`).add((size - categoryHits) * weight);
      }
    },
    merge(other) {
      const theirs = other.state();
      theirs.counts.forEach((n, i) => (counts[i] += n));
      for (const [key, partials] of theirs.weighted) partials.forEach((x) => sum(key).add(x));
    },
    result: () => scores(counts, (key) => sums.get(key)?.value() ?? 0),
    state: () => ({
      counts: counts.slice(),
      weighted: new Map([...sums].map(([key, s]) => [key, [...s.partials()]])),
    }),
  };
}

function checkIds(): void {
  for (let pair = 0; pair < pairs.length; pair++) {
    const [g, p] = [pair >> 8, pair & 255];
    if (pairs[pair] === 0 || (g < LABEL_IDS && p < LABEL_IDS)) continue;
    const [side, id] =
      g < LABEL_IDS ? (['prediction', p] as const) : (['ground truth', g] as const);
    throw new ImageFault(
      side,
      `${side} has id ${id}; expected regular ids 0 … 33 (not training ids, no 255)`,
    );
  }
}

/** Class of each instance value. */
const labelTable = Uint8Array.from({ length: 65536 }, (_, value) => Math.floor(value / 1000));

/** Size and correctly predicted pixels of each instance value above 1000. */
function instanceHits(pred: Uint8Array, instances: Uint16Array) {
  const size = new Uint32Array(65536);
  const hits = new Uint32Array(65536);
  const categoryHits = new Uint32Array(65536);
  // Category of each id as a small number; 0 for ids outside the categories with instances.
  const group = new Uint8Array(256);
  [...instanceCategories.values()].forEach((ids, k) => ids.forEach((id) => (group[id] = k + 1)));
  const present: number[] = [];
  const count = (value: number, p: number) => {
    if (value <= 1000) return;
    if (size[value]++ === 0) present.push(value);
    const label = labelTable[value];
    if (p === label) hits[value]++;
    if (group[p] !== 0 && group[p] === group[label]) categoryHits[value]++;
  };
  // Two pixels at a time: most pairs are stuff, told by one look at the pair before.
  const words = instances.byteOffset % 4 === 0 ? instances.length >> 1 : 0;
  const twos = words
    ? new Uint32Array(instances.buffer, instances.byteOffset, words)
    : new Uint32Array(0);
  let stuff = -1;
  for (let w = 0; w < words; w++) {
    if (twos[w] === stuff) continue;
    const [a, b] = [instances[2 * w], instances[2 * w + 1]];
    if (a <= 1000 && b <= 1000) {
      stuff = twos[w];
      continue;
    }
    count(a, pred[2 * w]);
    count(b, pred[2 * w + 1]);
  }
  for (let i = 2 * words; i < instances.length; i++) count(instances[i], pred[i]);
  return present.map((value) => ({
    labelId: Math.floor(value / 1000),
    size: size[value],
    hits: hits[value],
    categoryHits: categoryHits[value],
  }));
}

function scores(counts: Float64Array, weighted: (key: string) => number): PixelScores {
  const total = (rows: readonly number[], columns: readonly number[]) =>
    rows.reduce((a, g) => a + columns.reduce((b, p) => b + counts[g * LABEL_IDS + p], 0), 0);
  const everyId = labelsById.map((l) => l.id);
  const evaluatedIds = evaluatedLabels.map((l) => l.id);
  const ratio = (tp: number, fp: number, fn: number) => tp / (tp + fp + fn);

  const classScores: Record<string, number> = {};
  const classInstScores: Record<string, number> = {};
  for (const { id, name, ignoreInEval, hasInstances } of labelsById) {
    const tp = total([id], [id]);
    const fn = total([id], everyId) - tp;
    const others = evaluatedIds.filter((other) => other !== id);
    const fp = total(others, [id]);
    classScores[name] = ignoreInEval ? NaN : ratio(tp, fp, fn);
    classInstScores[name] =
      ignoreInEval || !hasInstances
        ? NaN
        : ratio(weighted(`tp ${name}`), fp, weighted(`fn ${name}`));
  }

  const categoryScores: Record<string, number> = {};
  const categoryInstScores: Record<string, number> = {};
  for (const name of categories) {
    const own = evaluatedLabels.filter((l) => l.category === name).map((l) => l.id);
    const others = evaluatedLabels.filter((l) => l.category !== name).map((l) => l.id);
    const tp = total(own, own);
    categoryScores[name] = own.length
      ? ratio(tp, total(others, own), total(own, everyId) - tp)
      : NaN;
    const withInstances = instanceCategories.get(name);
    categoryInstScores[name] = withInstances
      ? ratio(weighted(`tp ${name}`), total(others, withInstances), weighted(`fn ${name}`))
      : NaN;
  }

  const pixels = total(everyId, everyId);
  return {
    confMatrix: everyId.map((g) => [...counts.subarray(g * LABEL_IDS, (g + 1) * LABEL_IDS)]),
    classScores,
    classInstScores,
    categoryScores,
    categoryInstScores,
    averageScoreClasses: meanOfKnown(classScores),
    averageScoreInstClasses: meanOfKnown(classInstScores),
    averageScoreCategories: meanOfKnown(categoryScores),
    averageScoreInstCategories: meanOfKnown(categoryInstScores),
    priors: Object.fromEntries(
      labelsById.map(({ id, name }) => [name, total([id], everyId) / pixels]),
    ),
  };
}

function meanOfKnown(scores: Readonly<Record<string, number>>): number {
  const known = Object.values(scores).filter((x) => !Number.isNaN(x));
  return known.reduce((a, b) => a + b, 0) / known.length;
}
