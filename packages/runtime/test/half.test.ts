import { expect, test } from '@jest/globals';
import { toHalf } from '../src/save/float16.ts';

// Bits by IEEE 754, binary16: 1 sign, 5 exponent (bias 15), 10 fraction.
test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [0.333251953125, 0x3555],
  [1 / 3, 0x3555],
  // Half way between 1 and 1 + 2⁻¹⁰: to the even one; three halves of a step: up.
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 - 2 ** -12, 0x4000],
  [2 ** -14, 0x0400],
  [2 ** -14 - 2 ** -24, 0x03ff],
  [2 ** -24, 0x0001],
  [1e-12, 0x0001],
  [65504, 0x7bff],
  [-3.4e38, 0xfbff],
  [Infinity, 0x7c00],
  [NaN, 0x7e00],
])('%d in half precision', (x, bits) => {
  expect(toHalf(x)).toBe(bits);
});
