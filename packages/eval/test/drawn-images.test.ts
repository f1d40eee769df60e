import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  averagePrecision,
  averagePrecisionOfDrawn,
  matchInstances,
  overlapThresholds,
} from '../src/index.ts';
import { CASES, randomCase } from './official/random-case.ts';

const setting = { distance: Infinity, minRegion: 20, minConfidence: -Infinity };
// All cases as one split: some images have no objects, no predictions, or equal confidences.
const images = Array.from({ length: CASES }, (_, seed) => randomCase(seed).images)
  .flat()
  .map((image) => matchInstances(image.instances, image.instancePredictions));
const apOf = averagePrecisionOfDrawn(images, setting);

test('images drawn from a split score what a split of just these images scores', () => {
  const drawn = fc.array(fc.nat(images.length - 1), { minLength: 0, maxLength: 40 });
  fc.assert(
    fc.property(drawn, (indices) => {
      const split = indices.map((i) => images[i]);
      expect(apOf(indices)).toBe(averagePrecision(split, [setting]).allAp);
    }),
  );
});

test('of one overlap alone it is the AP there', () => {
  const ap50 = averagePrecisionOfDrawn(images, setting, overlapThresholds.slice(0, 1));
  const once = images.map((_, i) => i);
  expect(ap50(once)).toBe(averagePrecision(images, [setting]).allAp50);
});

test('each image once is the split itself, and twice changes nothing', () => {
  const once = images.map((_, i) => i);
  const { allAp } = averagePrecision(images, [setting]);
  expect(allAp).toBeGreaterThan(0);
  expect(apOf(once)).toBe(allAp);
  expect(apOf([...once, ...once])).toBe(allAp);
});
