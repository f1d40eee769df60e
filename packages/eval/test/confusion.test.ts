import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { confusion } from '../src/index.ts';

const u8 = (...xs: number[]) => Uint8Array.from(xs);

describe('confusion', () => {
  test('gives IoU, mean IoU and accuracy of a hand-made image', () => {
    const c = confusion(4);
    // truth 0 0 0 1 1 255 2, prediction 0 0 1 1 0 2 2:
    // class 0: TP 2, FN 1, FP 1 → 2/4; class 1: TP 1, FN 1, FP 1 → 1/3; class 2: 1/1; class 3 absent.
    c.add(u8(0, 0, 0, 1, 1, 255, 2), u8(0, 0, 1, 1, 0, 2, 2));
    const { iou, meanIou, pixelAccuracy, pixels, matrix } = c.result();
    expect(iou).toBeAllClose([1 / 2, 1 / 3, 1, NaN], { rtol: 0, atol: 1e-15 });
    expect(meanIou).toBeCloseTo((1 / 2 + 1 / 3 + 1) / 3, 14);
    expect(pixelAccuracy).toBeCloseTo(4 / 6, 14);
    expect(pixels).toBe(6);
    expect(matrix[0]).toEqual([2, 1, 0, 0]);
  });

  test('counts a class that is only predicted, with IoU 0', () => {
    const c = confusion(3);
    c.add(u8(0, 0), u8(0, 2));
    expect(c.result().iou).toEqual([0.5, NaN, 0]);
  });

  test('sums the split before it divides', () => {
    const c = confusion(2);
    // Per image the IoU of class 0 is 1 and 0, mean 1/2; over the split it is 3/4.
    c.add(u8(0, 0, 0), u8(0, 0, 0));
    c.add(u8(0), u8(1));
    expect(c.result().iou[0]).toBe(3 / 4);
  });

  test('is the same for any order of images and any merge, and IoU stays in 0 … 1', () => {
    const image = fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 255), fc.nat(2)), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(image, { maxLength: 5 }), fc.nat(5), (images, cut) => {
        const [whole, left, right] = [confusion(3), confusion(3), confusion(3)];
        images.forEach((pixels, k) => {
          const gt = Uint8Array.from(pixels, ([g]) => g);
          const pred = Uint8Array.from(pixels, ([, p]) => p);
          whole.add(gt, pred);
          (k < cut ? left : right).add(gt, pred);
        });
        right.merge(left);
        expect(right.result()).toEqual(whole.result());
        for (const x of whole.result().iou)
          expect(Number.isNaN(x) || (x >= 0 && x <= 1)).toBe(true);
      }),
    );
  });

  test('gives NaN throughout when nothing was counted', () => {
    const c = confusion(2);
    c.add(u8(255, 255), u8(0, 9));
    expect(c.result().meanIou).toBeNaN();
    expect(c.result().pixelAccuracy).toBeNaN();
  });

  test('refuses classes out of range and counts nothing of such an image', () => {
    const c = confusion(2);
    expect(() => c.add(u8(0, 1), u8(0, 2))).toThrow('prediction has class 2; expected 0 … 1');
    expect(() => c.add(u8(0, 7), u8(0, 1))).toThrow('ground truth has class 7');
    expect(() => c.add(u8(0), u8(0, 1))).toThrow('1 pixels, the prediction 2');
    expect(() => confusion(0)).toThrow('whole number from 1 to 255');
    expect(() => c.merge(confusion(3))).toThrow('2 classes, the other 3');
    expect(c.result().pixels).toBe(0);
  });
});
