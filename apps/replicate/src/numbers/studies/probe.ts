import type { Rows } from './look.ts';

/** Added to the squares of the features, so that two that are the same have a solution. */
const RIDGE = 1e-3;

/**
 * A linear probe (Alain & Bengio 2016): the linear function of features that is nearest to a target, by least
 * squares with a little ridge, `w = (AᵀA + r I)⁻¹ Aᵀ y` with a column of ones in A. The features stay as they are.
 * @param features `[N, h]`
 * @param target `[N]`
 * @returns what it says of other features
 */
export function linearProbe(
  features: Rows,
  target: readonly number[],
): (features: Rows) => number[] {
  const A = features.map((row) => [...row, 1]);
  const n = A[0].length;
  const normal = Array.from({ length: n }, (_, i) =>
    Array.from(
      { length: n },
      (_, k) => A.reduce((sum, row) => sum + row[i] * row[k], 0) + (i === k ? RIDGE : 0),
    ),
  );
  const right = Array.from({ length: n }, (_, i) =>
    A.reduce((sum, row, j) => sum + row[i] * target[j], 0),
  );
  const w = solved(normal, right);
  return (others) =>
    others.map((row) => row.reduce((sum, value, i) => sum + value * w[i], w[n - 1]));
}

/** The solution of `M w = b` for a positive definite M, by the factors `M = L Lᵀ` (Cholesky). */
function solved(M: Rows, b: readonly number[]): number[] {
  const n = b.length;
  const L = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let k = 0; k <= i; k++) {
      let rest = M[i][k];
      for (let j = 0; j < k; j++) rest -= L[i][j] * L[k][j];
      L[i][k] = i === k ? Math.sqrt(rest) : rest / L[k][k];
    }
  }
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let rest = b[i];
    for (let j = 0; j < i; j++) rest -= L[i][j] * y[j];
    y[i] = rest / L[i][i];
  }
  const w = Array.from({ length: n }, () => 0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = y[i];
    for (let j = i + 1; j < n; j++) rest -= L[j][i] * w[j];
    w[i] = rest / L[i][i];
  }
  return w;
}
