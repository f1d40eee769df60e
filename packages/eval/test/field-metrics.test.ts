import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  boundaryIou,
  confidenceCalibration,
  confusion,
  DEPTH_CROPS,
  depthError,
  disparityOutliers,
  probabilityScore,
} from '../src/index.ts';

/** Inputs and expected numbers of `official/field_metrics.py`, whose versions stand in the file. */
const fixture = JSON.parse(
  readFileSync(new URL('fixtures/field-metrics.json', import.meta.url), 'utf8'),
) as {
  depth: {
    images: { size: [number, number]; truth: number[]; guess: number[]; mask: number[] }[];
    errors: ({ cap: number; crop: 'none' | keyof typeof DEPTH_CROPS } & Record<string, number>)[];
  };
  classes: {
    images: { size: [number, number]; truth: number[]; guess: number[] }[];
    boundaryIou: number[];
    meanAccuracy: number;
    frequencyWeightedIou: number;
  };
  probabilities: {
    truth: number[];
    probabilities: number[];
    negativeLogLikelihood: number;
    brier: number;
  };
};

const f32 = (xs: readonly number[]) => Float32Array.from(xs);
const u8 = (xs: readonly number[]) => Uint8Array.from(xs);

describe('depthError', () => {
  const add = (error: ReturnType<typeof depthError>, images = fixture.depth.images) => {
    for (const { size, truth, guess, mask } of images) {
      const [height, width] = size;
      error.add(f32(truth), f32(guess), u8(mask), { height, width });
    }
    return error;
  };

  test.each(fixture.depth.errors)(
    'up to $cap, crop $crop: as numpy',
    ({ cap, crop, ...expected }) => {
      const options = { cap, ...(crop !== 'none' && { crop: DEPTH_CROPS[crop] }) };
      const result = add(depthError(options)).result();
      for (const [name, value] of Object.entries(expected)) {
        expect(Math.abs(result[name as keyof typeof result] - value)).toBeLessThan(
          1e-12 * Math.max(1, Math.abs(value)),
        );
      }
      const parts = fixture.depth.images.map((image) => add(depthError(options), [image]));
      parts[1].merge(parts[0]);
      expect(parts[1].result()).toEqual(result);
    },
  );

  test('a range without depths and a crop without size are refused; nothing counted is NaN', () => {
    expect(() => depthError({ cap: 1, nearest: 2 })).toThrow('expected 0 < nearest < cap, got');
    const cropped = depthError({ crop: DEPTH_CROPS.garg });
    expect(() => cropped.add(f32([1]), f32([1]), u8([1]))).toThrow('a crop needs the size');
    expect(() => depthError().add(f32([1]), f32([1, 2]), u8([1]))).toThrow(
      'expected gt, pred and mask of 1 pixels, got 1, 2 and 1',
    );
    expect(depthError().result()).toMatchObject({ mean: NaN, siLog: NaN, pixels: 0 });
  });
});

describe('disparityOutliers', () => {
  test('counts errors above both limits of D1, and above each of the others', () => {
    const outliers = disparityOutliers();
    // Errors 3 (not above), 3.5 at 60 (5.8 %), 3.5 at 80 (4.4 %), a hole; the last is not known.
    outliers.add(f32([10, 60, 80, 7, 9]), f32([13, 63.5, 76.5, NaN, 99]), u8([1, 1, 1, 1, 0]));
    const other = disparityOutliers();
    other.add(f32([2]), f32([2.75]), u8([1]));
    outliers.merge(other);
    expect(outliers.result()).toEqual({
      d1: 1 / 4,
      bad: { '0.5': 1, '1': 3 / 4, '2': 3 / 4, '3': 2 / 4, '4': 0 },
      density: 4 / 5,
      pixels: 4,
    });
    expect(disparityOutliers().result().d1).toBeNaN();
  });
});

describe('scores of classes', () => {
  const { images, ...expected } = fixture.classes;

  test('boundary IoU as with scipy.ndimage.binary_erosion, in parts too', () => {
    const [whole, a, b] = [boundaryIou(4), boundaryIou(4), boundaryIou(4)];
    images.forEach(({ size: [height, width], truth, guess }, i) => {
      for (const score of [whole, i === 0 ? a : b]) {
        score.add(u8(truth), u8(guess), { height, width });
      }
    });
    expect(whole.result().iou).toEqual(expected.boundaryIou);
    a.merge(b);
    expect(a.result()).toEqual(whole.result());
    expect(() => a.merge(boundaryIou(3))).toThrow('this has 4 classes, the other 3');
  });

  test('mean accuracy and frequency-weighted IoU as scikit-learn', () => {
    const matrix = confusion(4);
    for (const { truth, guess } of images) matrix.add(u8(truth), u8(guess));
    const { meanAccuracy, frequencyWeightedIou } = matrix.result();
    expect(meanAccuracy).toBeCloseTo(expected.meanAccuracy, 12);
    expect(frequencyWeightedIou).toBeCloseTo(expected.frequencyWeightedIou, 12);
    // A class that the truth lacks has no accuracy: of classes 0 and 1 half and all are right.
    const lacking = confusion(3);
    lacking.add(u8([0, 0, 1]), u8([0, 2, 1]));
    expect(lacking.result().meanAccuracy).toBe(3 / 4);
  });
});

describe('probabilityScore', () => {
  const { truth, probabilities, negativeLogLikelihood, brier } = fixture.probabilities;

  test('as scikit-learn, whole and in parts', () => {
    const score = probabilityScore(4);
    score.add(truth.slice(0, 25), f32(probabilities.slice(0, 100)));
    const rest = probabilityScore(4);
    rest.add(truth.slice(25), f32(probabilities.slice(100)));
    score.merge(rest);
    const result = score.result();
    expect(result.negativeLogLikelihood).toBeCloseTo(negativeLogLikelihood, 12);
    expect(result.brier).toBeCloseTo(brier, 12);
  });

  test('what is certain and wrong is finite; what is no probability is refused', () => {
    const score = probabilityScore(2);
    score.add([0], [0, 1]);
    expect(score.result()).toEqual({
      brier: 2,
      negativeLogLikelihood: 126 * Math.LN2,
      pixels: 1,
    });
    expect(() => score.add([0], [NaN, 1])).toThrow('class 0 of pixel 0: expected a probability');
    expect(() => score.add([0], [1])).toThrow('expected 1 × 2 probabilities, got 1');
  });
});

test('the maximum calibration error is that of the worst bin, however few are in it', () => {
  const calibration = confidenceCalibration(2);
  // Bin (0, 0.5]: one pixel, 0.4 and right, 0.6 off; bin (0.5, 1]: three at 0.9, two right, 0.2333 off.
  calibration.add([0.4, 0.9, 0.9, 0.9], [1, 1, 1, 0], [1, 1, 1, 1]);
  expect(calibration.result().maximumError).toBeCloseTo(0.6, 12);
  expect(confidenceCalibration().result().maximumError).toBeNaN();
});
