/** Terms of the continued fraction; it has converged long before. */
const MOST_TERMS = 500;

/**
 * Distribution function of Student's t.
 *
 * `P(T ≤ t) = 1 − I_x(df/2, 1/2) / 2` for t ≥ 0, with `x = df / (df + t²)` and I the regularised incomplete
 * beta function (Abramowitz & Stegun 1964, 26.7.1).
 * @param df degrees of freedom, above 0
 * @throws RangeError for degrees of freedom that are not above 0
 * @example
 * ```ts
 * import { studentT } from '@scene-mtl/eval';
 * studentT(0, 2); // → 0.5
 * // One degree of freedom is Cauchy's distribution: 1/2 + atan(1) / π.
 * studentT(1, 1); // → 0.75
 * ```
 */
export function studentT(t: number, df: number): number {
  if (!(df > 0)) throw new RangeError(`studentT: expected degrees of freedom above 0, got ${df}`);
  if (t === 0) return 0.5;
  const square = t * t;
  // Near 0 from the middle, far out from the tail: neither is then a small difference of two large numbers.
  if (square < df) {
    return 0.5 + (Math.sign(t) * incompleteBeta(square / (df + square), 0.5, df / 2)) / 2;
  }
  const tail = incompleteBeta(df / (df + square), df / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/**
 * The t below which a share p of Student's distribution lies, by bisection to the last bits.
 * @param p between 0 and 1
 * @param df degrees of freedom, above 0
 * @throws RangeError for a p that is not between 0 and 1
 * @example
 * ```ts
 * import { studentQuantile } from '@scene-mtl/eval';
 * studentQuantile(0.975, 2).toFixed(4); // → '4.3027'
 * ```
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) {
    throw new RangeError(`studentQuantile: expected p between 0 and 1, got ${p}`);
  }
  if (p < 0.5) return -studentQuantile(1 - p, df);
  let [low, high] = [0, 1];
  while (studentT(high, df) < p) [low, high] = [high, 2 * high];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (studentT(middle, df) < p) low = middle;
    else high = middle;
  }
}

/** I_x(a, b), by its continued fraction (Abramowitz & Stegun 1964, 26.5.8) on the side where it converges fast. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b),
  );
  return (front * betaFraction(x, a, b)) / a;
}

/** The fraction `1 / (1 + d₁ / (1 + d₂ / …))`, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const term = (n: number): number => {
    const m = Math.floor(n / 2);
    return n % 2 === 0
      ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
      : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n));
  };
  let [c, d] = [1, 0];
  let value = 1;
  for (let n = 1; n <= MOST_TERMS; n++) {
    d = 1 / (1 + term(n) * d);
    c = 1 + term(n) / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return 1 / value;
}

/** log Γ(x) for x > 0: moved up to where Stirling's series has settled. */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 12; x++) shift += Math.log(x);
  const y = 1 / (x * x);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}
