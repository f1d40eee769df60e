import { expect } from '@jest/globals';
import type { MatcherFunction } from 'expect';

type Numbers = ArrayLike<number>;

/**
 * `expect(actual).toBeAllClose(expected, { rtol, atol })`: the same length, and for each element
 * |a − e| ≤ atol + rtol·|e|. NaN equals NaN.
 */
const toBeAllClose: MatcherFunction<
  [expected: Numbers, tolerance?: { rtol?: number; atol?: number }]
> = function (actual, expected, { rtol = 1e-5, atol = 1e-6 } = {}) {
  const a = actual as Numbers;
  if (a.length !== expected.length) {
    return { pass: false, message: () => `expected ${expected.length} numbers, got ${a.length}` };
  }
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) && Number.isNaN(expected[i])) continue;
    if (a[i] === expected[i]) continue;
    const difference = Math.abs(a[i] - expected[i]);
    const excess = difference - (atol + rtol * Math.abs(expected[i]));
    if (!(excess <= 0) && !(worst >= 0 && excess <= worstExcess)) {
      worst = i;
      worstExcess = excess;
    }
  }
  return {
    pass: worst < 0,
    message: () =>
      worst < 0
        ? 'expected the arrays to differ'
        : `element ${worst} of ${a.length}: expected ${expected[worst]}, got ${a[worst]} (rtol ${rtol}, atol ${atol})`,
  };
};

expect.extend({ toBeAllClose });

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> {
    /** Every element within atol + rtol·|expected|. */
    toBeAllClose(expected: Numbers, tolerance?: { rtol?: number; atol?: number }): R;
  }
}
