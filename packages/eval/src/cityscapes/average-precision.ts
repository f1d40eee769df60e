import type { ImageMatches } from './instance-matching.ts';
import { instanceLabels } from './labels.ts';

/** Which ground-truth objects count; the others are neither to be found nor counted as wrong. */
export interface DistanceSetting {
  /** Largest median distance in metres. */
  readonly distance: number;
  /** Smallest size in px. */
  readonly minRegion: number;
  /** Smallest share of pixels with a known distance, 0 … 1. */
  readonly minConfidence: number;
}

/** The three official settings: all objects, to 100 m, to 50 m (px at 2048 × 1024). */
export const distanceSettings: readonly [DistanceSetting, DistanceSetting, DistanceSetting] = [
  { distance: Infinity, minRegion: 100, minConfidence: -Infinity },
  { distance: 100, minRegion: 1000, minConfidence: 0.5 },
  { distance: 50, minRegion: 1000, minConfidence: 0.5 },
];

/**
 * The ten official overlap thresholds. They are the float64 values of numpy's `arange(.5, 1, .05)`,
 * 0.5 + i · 0.050000000000000044, and the comparison is strict: an IoU of exactly 0.75 fails there.
 */
export const overlapThresholds: readonly number[] = Array.from(
  { length: 10 },
  (_, i) => 0.5 + i * (0.55 - 0.5),
);

/** Instance-level scores; `ap[setting][class][overlap]` with classes as `instanceLabels`. */
export interface InstanceScores {
  readonly ap: readonly (readonly (readonly number[])[])[];
  /** Mean over classes and overlaps of the first setting; NaN classes are left out. */
  readonly allAp: number;
  /** The same at overlap 0.5. */
  readonly allAp50: number;
  /** Mean over overlaps by label name, first setting: AP and AP50 %. */
  readonly classes: Readonly<Record<string, { readonly ap: number; readonly ap50: number }>>;
  /** Mean AP per setting, in the order given: all, 100 m, 50 m with the official settings. */
  readonly bySetting: readonly number[];
}

/**
 * Average precision over a split from the matches of its images (Cordts et al. 2016, section 4.2; as
 * the official `evalInstanceLevelSemanticLabeling.py`: trapezoidal area of the raw precision-recall
 * curve, no monotone envelope).
 *
 * Official quirk kept: pixels of a group that also fails the size or distance test count twice when
 * a prediction is tested for being ignorable. Official crash not kept: a class with ground truth whose
 * predictions are all dropped has AP 0.
 *
 * @param images matches of every image (`matchInstances`); their order does not matter
 * @param settings which objects count; AP100m and AP50m need distances in the matches
 */
export function averagePrecision(
  images: readonly ImageMatches[],
  settings: readonly DistanceSetting[] = [distanceSettings[0]],
): InstanceScores {
  const ap = settings.map((setting) =>
    instanceLabels.map(({ id }) =>
      overlapThresholds.map((overlap) => cell(images, id, overlap, setting)),
    ),
  );
  const first = ap[0] ?? [];
  return {
    ap,
    allAp: meanOfKnown(first.flat()),
    allAp50: meanOfKnown(first.map((byOverlap) => byOverlap[0])),
    classes: Object.fromEntries(
      instanceLabels.map(({ name }, c) => [name, { ap: mean(first[c]), ap50: first[c][0] }]),
    ),
    bySetting: ap.map((byClass) => meanOfKnown(byClass.flat())),
  };
}

/** AP of one setting, class and overlap. */
function cell(
  images: readonly ImageMatches[],
  labelId: number,
  overlap: number,
  setting: DistanceSetting,
): number {
  const right: number[] = [];
  const wrong: number[] = [];
  let missed = 0;
  let anyTruth = false;
  let anyPrediction = false;
  for (const { groundTruth, predictions } of images) {
    const fails = (g: ImageMatches['groundTruth'][number]) =>
      !(
        g.pixelCount >= setting.minRegion &&
        g.medDist <= setting.distance &&
        g.distConf >= setting.minConfidence
      );
    for (const g of groundTruth) {
      if (g.labelId !== labelId || g.instId < 1000 || fails(g)) continue;
      anyTruth = true;
      const found = g.matches
        .filter((m) => iou(m.pixels, g.pixelCount, predictions[m.other].pixelCount) > overlap)
        .map((m) => predictions[m.other].confidence);
      if (found.length === 0) {
        missed++;
        continue;
      }
      const best = found.reduce((a, b) => Math.max(a, b));
      right.push(best);
      // All further ones are wrong, whichever of several equal ones they are.
      found.splice(found.indexOf(best), 1);
      wrong.push(...found);
    }
    for (const p of predictions) {
      if (p.labelId !== labelId) continue;
      anyPrediction = true;
      const taken = p.matches.some(
        (m) => iou(m.pixels, groundTruth[m.other].pixelCount, p.pixelCount) > overlap,
      );
      if (taken) continue;
      let ignorable = p.voidIntersection;
      for (const m of p.matches) {
        const g = groundTruth[m.other];
        if (g.instId < 1000) ignorable += m.pixels;
        if (fails(g)) ignorable += m.pixels;
      }
      if (ignorable / p.pixelCount <= overlap) wrong.push(p.confidence);
    }
  }
  if (!anyTruth) return NaN;
  return anyPrediction ? areaUnderCurve(right, wrong, missed) : 0;
}

const iou = (intersection: number, a: number, b: number): number =>
  intersection / (a + b - intersection);

/**
 * Trapezoidal area of the precision-recall curve with the point (P = 1, R = 0) appended.
 *
 *     AP = Σ_i P_i · ½ (R_{i−1} − R_{i+1}),   R continued by its end values
 *
 * @param right confidences of the true positives
 * @param wrong confidences of the false positives
 * @param missed objects without a match: false negatives at every threshold
 */
function areaUnderCurve(
  right: readonly number[],
  wrong: readonly number[],
  missed: number,
): number {
  const examples = [
    ...right.map((score) => ({ score, hit: 1 })),
    ...wrong.map((score) => ({ score, hit: 0 })),
  ].sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : 0));
  const precision: number[] = [];
  const recall: number[] = [];
  let below = 0;
  examples.forEach(({ score, hit }, i) => {
    if (i === 0 || score !== examples[i - 1].score) {
      const tp = right.length - below;
      precision.push(tp / (examples.length - i));
      recall.push(tp / (right.length + missed));
    }
    below += hit;
  });
  precision.push(1);
  recall.push(0);
  let area = 0;
  precision.forEach((p, i) => {
    const before = recall[Math.max(0, i - 1)];
    const after = recall[i + 1] ?? 0;
    area += (p * (before - after)) / 2;
  });
  return area;
}

function mean(xs: readonly number[]): number {
  return xs.reduce((a, b) => a + b, 0) / xs.length;
}

function meanOfKnown(xs: readonly number[]): number {
  return mean(xs.filter((x) => !Number.isNaN(x)));
}
