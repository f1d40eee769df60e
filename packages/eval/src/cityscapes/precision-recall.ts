import type { DistanceSetting } from './average-precision.ts';
import type { ImageMatches } from './instance-matching.ts';

/** What was right and wrong in every image, for one class, overlap and setting. */
export interface PrecisionRecall {
  /** True and false positives of all images by rising confidence. */
  readonly confidence: Float64Array;
  /** 1 for a true positive. */
  readonly hit: Uint8Array;
  /** Image of each. */
  readonly image: Int32Array;
  /** Per image: objects that count, found or not, and predictions, ignorable or not. */
  readonly objects: Int32Array;
  readonly predictions: Int32Array;
}

/**
 * Judges the predictions of one class at one overlap, image by image: each stands or falls with its
 * own image, so that what a set of images scores is a matter of counting (`areaUnderCurve`).
 */
export function precisionRecall(
  images: readonly ImageMatches[],
  labelId: number,
  overlap: number,
  setting: DistanceSetting,
): PrecisionRecall {
  const judged: { confidence: number; hit: number; image: number }[] = [];
  const objects = new Int32Array(images.length);
  const counts = new Int32Array(images.length);
  const fails = (g: ImageMatches['groundTruth'][number]) =>
    !(
      g.pixelCount >= setting.minRegion &&
      g.medDist <= setting.distance &&
      g.distConf >= setting.minConfidence
    );
  images.forEach(({ groundTruth, predictions }, image) => {
    for (const g of groundTruth) {
      if (g.labelId !== labelId || g.instId < 1000 || fails(g)) continue;
      objects[image]++;
      const found = g.matches
        .filter((m) => iou(m.pixels, g.pixelCount, predictions[m.other].pixelCount) > overlap)
        .map((m) => predictions[m.other].confidence)
        // The surest is right; all further ones are wrong, whichever of several equal ones they are.
        .sort((a, b) => b - a);
      found.forEach((confidence, i) => judged.push({ confidence, hit: Number(i === 0), image }));
    }
    for (const p of predictions) {
      if (p.labelId !== labelId) continue;
      counts[image]++;
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
      if (ignorable / p.pixelCount <= overlap) {
        judged.push({ confidence: p.confidence, hit: 0, image });
      }
    }
  });
  // Not the difference: infinite confidences are allowed, and ∞ − ∞ is no order.
  judged.sort((a, b) => Number(a.confidence > b.confidence) - Number(a.confidence < b.confidence));
  return {
    confidence: Float64Array.from(judged, (j) => j.confidence),
    hit: Uint8Array.from(judged, (j) => j.hit),
    image: Int32Array.from(judged, (j) => j.image),
    objects,
    predictions: counts,
  };
}

const iou = (intersection: number, a: number, b: number): number =>
  intersection / (a + b - intersection);

/**
 * Trapezoidal area of the precision-recall curve with the point (P = 1, R = 0) appended.
 *
 *     AP = Σ_i P_i · ½ (R_{i−1} − R_{i+1}),   R continued by its end values
 *
 * @param times how often each image counts, whole numbers from 0: all 1 for the split itself
 * @returns NaN without an object, 0 with objects but no prediction
 */
export function areaUnderCurve(curve: PrecisionRecall, times: ArrayLike<number>): number {
  const { confidence, hit, image } = curve;
  const objects = total(curve.objects, times);
  if (objects === 0) return NaN;
  if (total(curve.predictions, times) === 0) return 0;
  let positives = 0;
  let right = 0;
  for (let i = 0; i < image.length; i++) {
    positives += times[image[i]];
    if (hit[i]) right += times[image[i]];
  }
  // Points of the curve come by rising confidence: precision, and recall before, at and after it.
  let area = 0;
  let precision = 0;
  let before = NaN;
  let recall = NaN;
  const point = (nextPrecision: number, nextRecall: number) => {
    if (!Number.isNaN(recall)) area += (precision * (before - nextRecall)) / 2;
    before = Number.isNaN(recall) ? nextRecall : recall;
    precision = nextPrecision;
    recall = nextRecall;
  };
  let last = NaN;
  for (let i = 0; i < image.length; i++) {
    const weight = times[image[i]];
    if (weight === 0) continue;
    if (confidence[i] !== last) {
      point(right / positives, right / objects);
      last = confidence[i];
    }
    positives -= weight;
    if (hit[i]) right -= weight;
  }
  point(1, 0);
  point(0, 0);
  return area;
}

function total(counts: Int32Array, times: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] * times[i];
  return sum;
}
