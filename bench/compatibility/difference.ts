/** Numbers by name: outputs of a run, and variables after it. */
export type Numbers = Readonly<Record<string, ArrayLike<number>>>;

/** Arrays of smaller numbers are held against this: that 10⁻²⁰ became 0 is no difference. */
const SMALL = 1e-3;

/**
 * Largest difference of two results, each relative to the largest value of the expected array; 0 when all are equal.
 * Two NaN are equal, as are two infinities of one sign; whole numbers and truth values are compared like floats.
 * @returns Infinity where a name, a length or a NaN is on one side only
 */
export function difference(found: Numbers, expected: Numbers): number {
  const names = Object.keys(expected);
  if (names.join() !== Object.keys(found).join()) return Infinity;
  return Math.max(0, ...names.map((name) => ofArrays(found[name], expected[name])));
}

function ofArrays(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let largest = 0;
  let scale = SMALL;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(found[i], expected[i])) continue;
    const distance = Math.abs(found[i] - expected[i]);
    if (!Number.isFinite(distance)) return Infinity;
    largest = Math.max(largest, distance);
  }
  if (largest === 0) return 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  return largest / scale;
}
