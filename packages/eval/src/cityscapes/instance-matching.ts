import { instanceLabels, labelsById } from '@scene-mtl/data/cityscapes';

/** One predicted object of an image, as the instance-level benchmark takes it. */
export interface InstancePrediction {
  /** Regular id, −1 … 33; labels other than the eight with instances are skipped. */
  readonly labelId: number;
  /** Any finite or infinite number; higher is surer. NaN is refused. */
  readonly confidence: number;
  /** `u8 [H, W]`, non-zero inside. Masks of one image may overlap. */
  readonly mask: Uint8Array;
}

/** Distance of a ground-truth object, for AP100m and AP50m; see `instanceDistances`. */
export interface InstanceDistance {
  /** Median distance in metres; −1 unknown. */
  readonly medDist: number;
  /** Share of the object's pixels with a known disparity, 0 … 1. */
  readonly distConf: number;
}

/** A ground-truth object or group of one image. */
export interface GroundTruthInstance extends InstanceDistance {
  /** Official value: `class · 1000 + k`, or the class itself (below 1000) for a group. */
  readonly instId: number;
  readonly labelId: number;
  readonly pixelCount: number;
}

/** Overlap of one prediction with one ground-truth entry of its class. */
export interface Intersection {
  /** Index into `ImageMatches.predictions` or `.groundTruth`. */
  readonly other: number;
  readonly pixels: number;
}

/** A kept prediction of one image: right kind of label, not empty. */
export interface MatchedPrediction {
  readonly labelId: number;
  readonly confidence: number;
  readonly pixelCount: number;
  /** Its pixels on ground truth of an ignored label (a single caravan is not ignored there). */
  readonly voidIntersection: number;
  readonly matches: readonly Intersection[];
}

/** Everything the AP needs of one image; a few numbers per object, no masks. */
export interface ImageMatches {
  readonly groundTruth: readonly (GroundTruthInstance & {
    readonly matches: readonly Intersection[];
  })[];
  readonly predictions: readonly MatchedPrediction[];
}

const evaluated = new Set(instanceLabels.map((l) => l.id));

/** Takes the predictions of one image one by one; see `instanceMatcher`. */
export interface InstanceMatcher {
  /**
   * Adds one predicted object. Its mask is not kept.
   * @throws RangeError for a mask of another size, an unknown label id or a confidence of NaN
   */
  add(prediction: InstancePrediction): void;
  /** What was found so far. */
  result(): ImageMatches;
}

/**
 * Finds the overlaps of predicted masks and ground-truth objects of one image, as the official
 * `evalInstanceLevelSemanticLabeling.py` does (`assignGt2Preds`), one mask at a time.
 *
 * @param instances official instance values `u16 [H, W]`
 * @param distances by instance value; an object without an entry has medDist −1, distConf 0
 * @throws RangeError for an instance value of no known class
 */
export function instanceMatcher(
  instances: Uint16Array,
  distances: ReadonlyMap<number, InstanceDistance> = new Map(),
): InstanceMatcher {
  const groundTruth = [...areaByValue(instances)]
    .map(([instId, pixelCount]) => ({ instId, labelId: labelOf(instId), pixelCount }))
    .filter(({ labelId }) => evaluated.has(labelId))
    .map((entry) => ({
      ...entry,
      ...(distances.get(entry.instId) ?? { medDist: -1, distConf: 0 }),
      matches: [] as Intersection[],
    }));
  const predictions: MatchedPrediction[] = [];
  const histogram = new Uint32Array(65536);
  let seen = 0;
  return {
    add({ labelId, confidence, mask }) {
      checkPrediction(seen++, labelId, confidence, mask, instances.length);
      if (!evaluated.has(labelId)) return;
      const touched = countInside(mask, instances, histogram);
      const pixelCount = touched.reduce((n, value) => n + histogram[value], 0);
      if (pixelCount > 0) {
        const matches: Intersection[] = [];
        groundTruth.forEach((gt, other) => {
          const pixels = gt.labelId === labelId ? histogram[gt.instId] : 0;
          if (pixels === 0) return;
          matches.push({ other, pixels });
          gt.matches.push({ other: predictions.length, pixels });
        });
        const voidIntersection = touched
          .filter((value) => labelsById[value]?.ignoreInEval)
          .reduce((n, value) => n + histogram[value], 0);
        predictions.push({ labelId, confidence, pixelCount, voidIntersection, matches });
      }
      for (const value of touched) histogram[value] = 0;
    },
    result: () => ({ groundTruth, predictions }),
  };
}

/**
 * All predictions of one image at once; see `instanceMatcher`.
 * @example
 * ```ts
 * import { matchInstances } from '@scene-mtl/eval';
 * const car = { labelId: 26, confidence: 0.9, mask: Uint8Array.of(0, 1, 1, 0) };
 * const { predictions } = matchInstances(Uint16Array.of(26_001, 26_001, 7, 7), [car]);
 * predictions[0].matches; // → [{ other: 0, pixels: 1 }]
 * ```
 */
export function matchInstances(
  instances: Uint16Array,
  predictions: readonly InstancePrediction[],
  distances?: ReadonlyMap<number, InstanceDistance>,
): ImageMatches {
  const matcher = instanceMatcher(instances, distances);
  for (const prediction of predictions) matcher.add(prediction);
  return matcher.result();
}

/**
 * The class of an official instance value.
 * @throws RangeError when it is no known class
 */
export function labelOf(value: number): number {
  const label = value < 1000 ? value : Math.floor(value / 1000);
  if (!labelsById[label]) {
    throw new RangeError(
      `instance value ${value}: expected a regular id 0 … 33, or id · 1000 + k; is this an instanceIds image?`,
    );
  }
  return label;
}

/**
 * Checks that every value of an instance image is of a known class.
 * @throws RangeError naming the first that is not
 */
export function checkInstances(instances: Uint16Array): void {
  for (let i = 0; i < instances.length; i++) {
    if (i === 0 || instances[i] !== instances[i - 1]) labelOf(instances[i]);
  }
}

/** Pixels of each value that occurs, by ascending value. */
export function areaByValue(instances: Uint16Array): Map<number, number> {
  const counts = new Uint32Array(65536);
  const present: number[] = [];
  const add = (value: number, times: number) => {
    if (counts[value] === 0 && times > 0) present.push(value);
    counts[value] += times;
  };
  // Neighbours mostly share their value: two pixels are compared at a time, whole runs counted at once.
  const words = instances.byteOffset % 4 === 0 ? instances.length >> 1 : 0;
  const pairs = words ? new Uint32Array(instances.buffer, instances.byteOffset, words) : [];
  let last = pairs[0];
  let run = 0;
  for (let w = 0; w <= words; w++) {
    if (w < words && pairs[w] === last) {
      run++;
      continue;
    }
    add(last & 0xffff, run);
    add(last >>> 16, run);
    last = pairs[w];
    run = 1;
  }
  for (let i = 2 * words; i < instances.length; i++) add(instances[i], 1);
  return new Map(present.sort((a, b) => a - b).map((value) => [value, counts[value]]));
}

/** Adds the ground-truth values under a mask to the histogram; gives the values that occurred. */
function countInside(mask: Uint8Array, instances: Uint16Array, histogram: Uint32Array): number[] {
  const touched: number[] = [];
  const count = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      if (mask[i] !== 0 && histogram[instances[i]]++ === 0) touched.push(instances[i]);
    }
  };
  // Masks are mostly empty: sixteen pixels are skipped at a time where the memory allows it.
  const words =
    mask.byteOffset % 4 === 0
      ? new Int32Array(mask.buffer, mask.byteOffset, mask.length >> 2)
      : new Int32Array(0);
  const blocks = words.length >> 2;
  for (let b = 0; b < blocks; b++) {
    const w = 4 * b;
    if ((words[w] | words[w + 1] | words[w + 2] | words[w + 3]) !== 0) count(16 * b, 16 * b + 16);
  }
  count(16 * blocks, mask.length);
  return touched;
}

function checkPrediction(
  k: number,
  labelId: number,
  confidence: number,
  mask: Uint8Array,
  pixels: number,
): void {
  if (labelId !== -1 && !labelsById[labelId]) {
    throw new RangeError(
      `prediction ${k}: label id ${labelId} does not exist; expected a regular id −1 … 33`,
    );
  }
  if (Number.isNaN(confidence)) {
    throw new RangeError(`prediction ${k}: confidence is NaN; expected a number`);
  }
  if (mask.length !== pixels) {
    throw new RangeError(
      `prediction ${k}: mask has ${mask.length} pixels, the ground truth ${pixels}; masks must have its size`,
    );
  }
}
