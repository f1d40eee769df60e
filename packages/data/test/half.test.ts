import { expect, test } from '@jest/globals';
import { fromHalf, toHalf } from '../src/index.ts';

// IEEE 754-2008, binary16: 1, −2, the largest (65504), the smallest (2⁻²⁴), ∞.
test.each([
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x0001, 2 ** -24],
  [0x0400, 2 ** -14],
  [0x8000, -0],
  [0xfc00, -Infinity],
  [0x7e00, NaN],
])('the half %i is %d', (bits, value) => expect(fromHalf(bits)).toBe(value));

test('every half is the nearest to itself', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromHalf(bits);
    if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
    else if (toHalf(value) !== bits) throw new Error(`${bits}: got ${toHalf(value)} of ${value}`);
  }
});

test('between two halves the nearest is taken, half way the even one', () => {
  // All finite halves but the largest, and what lies a quarter, a half and three quarters on.
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
    const at = (part: number) => toHalf(low + part * (high - low));
    const even = bits % 2 === 0 ? bits : bits + 1;
    const got = [at(0.25), at(0.5), at(0.75)];
    if (got.join() !== [bits, even, bits + 1].join()) throw new Error(`${bits}: ${got.join()}`);
  }
});

// 65504 is the largest; 65520 lies half way to 2¹⁶, which would be even.
test.each([
  [65519, 0x7bff],
  [65520, 0x7c00],
  [-1e38, 0xfc00],
  [Infinity, 0x7c00],
  [2 ** -26, 0],
  [-0, 0x8000],
])('%d is the half %i', (value, bits) => expect(toHalf(value)).toBe(bits));
