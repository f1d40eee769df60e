import type { ImageMatches } from './instance-matching.ts';
import { instanceLabels } from '@scene-mtl/data/cityscapes';
import { areaUnderCurve, precisionRecall } from './precision-recall.ts';

/** Which ground-truth objects count; the others are neither to be found nor counted as wrong. */
export interface DistanceSetting {
  /** Largest median distance in metres. */
  readonly distance: number;
  /** Smallest size in px. */
  readonly minRegion: number;
  /** Smallest share of pixels with a known distance, 0 … 1. */
  readonly minConfidence: number;
}

/** The three official settings: all objects, to 100 m, to 50 m (px at 1024 × 2048). */
export const distanceSettings: readonly [DistanceSetting, DistanceSetting, DistanceSetting] = [
  { distance: Infinity, minRegion: 100, minConfidence: -Infinity },
  { distance: 100, minRegion: 1000, minConfidence: 0.5 },
  { distance: 50, minRegion: 1000, minConfidence: 0.5 },
];

/**
 * Settings for pictures of another size: `minRegion` · area.
 * @param area pixels of a picture as a share of 2048 · 1024
 */
export const scaledSettings = (
  settings: readonly DistanceSetting[],
  area: number,
): DistanceSetting[] =>
  settings.map((setting) => ({ ...setting, minRegion: setting.minRegion * area }));

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
  /** The same at overlap 0.5: AP50 %, that to 100 m, AP50 %50 m. */
  readonly bySetting50: readonly number[];
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
 * @example
 * ```ts
 * import { averagePrecision, matchInstances } from '@scene-mtl/eval';
 * // A car of 120 px (class 26); the prediction covers 90 of them and nothing else, an IoU of 0.75.
 * const truth = new Uint16Array(200).fill(26_001, 0, 120);
 * const mask = new Uint8Array(200).fill(1, 0, 90);
 * const image = matchInstances(truth, [{ labelId: 26, confidence: 1, mask }]);
 * const { classes } = averagePrecision([image]);
 * // Right at the overlaps 0.5, 0.55, 0.6, 0.65 and 0.7 of ten.
 * [classes.car.ap, classes.car.ap50]; // → [0.5, 1.0]
 * ```
 */
export function averagePrecision(
  images: readonly ImageMatches[],
  settings: readonly DistanceSetting[] = [distanceSettings[0]],
): InstanceScores {
  const once = new Uint8Array(images.length).fill(1);
  const ap = settings.map((setting) =>
    instanceLabels.map(({ id }) =>
      overlapThresholds.map((overlap) =>
        areaUnderCurve(precisionRecall(images, id, overlap, setting), once),
      ),
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
    bySetting50: ap.map((byClass) => meanOfKnown(byClass.map((byOverlap) => byOverlap[0]))),
  };
}

/**
 * The mean AP (`InstanceScores.allAp`, `allAp50`) of any choice of a split's images, some of them more than once:
 * for intervals over images. The predictions are judged and sorted once, so that a choice costs one
 * walk along them.
 * @param overlaps that it is the mean over; 0.5 alone for AP50
 * @returns the AP of the images drawn, given as indices into `images`
 */
export function averagePrecisionOfDrawn(
  images: readonly ImageMatches[],
  setting: DistanceSetting = distanceSettings[0],
  overlaps: readonly number[] = overlapThresholds,
): (drawn: ArrayLike<number>) => number {
  const curves = instanceLabels.flatMap(({ id }) =>
    overlaps.map((overlap) => precisionRecall(images, id, overlap, setting)),
  );
  const times = new Int32Array(images.length);
  return (drawn) => {
    times.fill(0);
    for (let i = 0; i < drawn.length; i++) times[drawn[i]]++;
    return meanOfKnown(curves.map((curve) => areaUnderCurve(curve, times)));
  };
}

function mean(xs: readonly number[]): number {
  return xs.reduce((a, b) => a + b, 0) / xs.length;
}

function meanOfKnown(xs: readonly number[]): number {
  return mean(xs.filter((x) => !Number.isNaN(x)));
}
