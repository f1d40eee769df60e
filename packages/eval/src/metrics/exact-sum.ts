/**
 * A running sum of float64 numbers that is exact until it is read, so the result does not depend on
 * the order of the additions or on how partial sums were merged.
 */
export interface ExactSum {
  /** Adds one number. NaN and ±Infinity take part as in ordinary addition. */
  add(x: number): void;
  /** Adds everything another sum holds; the other one is left as it is. */
  merge(other: ExactSum): void;
  /** The sum, correctly rounded to float64 (ties to even). 0 when nothing was added. */
  value(): number;
  /** The sum as numbers that do not overlap, by increasing magnitude; fewer than 100 of them. */
  partials(): readonly number[];
}

const LONG = 96;

/**
 * A fresh exact sum at 0.
 *
 * Keeps the sum as a list of non-overlapping float64 partials (Shewchuk 1997, "Adaptive Precision
 * Floating-Point Arithmetic", GROW-EXPANSION), rounded once on reading. Memory is bounded: the list
 * is packed when it grows long, and a float64's exponent range holds some 40 packed partials.
 * @example
 * ```ts
 * import { exactSum } from '@scene-mtl/eval';
 * const sum = exactSum();
 * for (const x of [1e100, 1, -1e100]) sum.add(x);
 * sum.value(); // → 1
 * ```
 */
export function exactSum(): ExactSum {
  let partials: number[] = [];
  // Sum of what is not finite; NaN and infinities would destroy the partials.
  let special = 0;

  const add = (number: number): void => {
    if (!Number.isFinite(number)) {
      special += number;
      return;
    }
    let x = number;
    let kept = 0;
    for (const partial of partials) {
      const [big, small] = Math.abs(x) < Math.abs(partial) ? [partial, x] : [x, partial];
      const sum = big + small;
      const error = small - (sum - big);
      if (error !== 0) partials[kept++] = error;
      x = sum;
    }
    partials.length = kept;
    partials.push(x);
    if (partials.length >= LONG) partials = compress(partials);
  };

  return {
    add,
    merge(other) {
      const theirs = [...other.partials()];
      for (const x of theirs) add(x);
    },
    value() {
      if (special !== 0 || Number.isNaN(special)) return special;
      return roundOnce(partials);
    },
    partials() {
      if (special !== 0 || Number.isNaN(special)) return [special];
      partials = partials.filter((x) => x !== 0);
      return partials;
    },
  };
}

/** The same sum in as few partials as possible (Shewchuk 1997, COMPRESS, downward pass). */
function compress(partials: readonly number[]): number[] {
  const packed: number[] = [];
  let high = partials[partials.length - 1];
  for (let i = partials.length - 2; i >= 0; i--) {
    const sum = high + partials[i];
    const error = partials[i] - (sum - high);
    if (error === 0) {
      high = sum;
      continue;
    }
    packed.push(sum);
    high = error;
  }
  packed.push(high);
  return packed.reverse();
}

/**
 * Non-overlapping partials, smallest first → their sum rounded once. Adding from the top is exact up
 * to the first remainder; a remainder of exactly half a unit is decided by the sign of what follows.
 */
function roundOnce(partials: readonly number[]): number {
  let i = partials.length - 1;
  if (i < 0) return 0;
  let high = partials[i];
  let low = 0;
  while (i > 0) {
    const x = high;
    const y = partials[--i];
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  if (i > 0 && Math.sign(low) === Math.sign(partials[i - 1])) {
    const twice = low * 2;
    const up = high + twice;
    if (twice === up - high) high = up;
  }
  return high;
}
