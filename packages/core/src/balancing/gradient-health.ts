/** What a Gram matrix of gradients says about the tasks behind it. */
export interface GradientHealth {
  /** cos(gᵢ, gⱼ) of each pair, by `<task>+<task>`, −1 … 1. */
  readonly cosines: Readonly<Record<string, number>>;
  /** Share of the pairs whose gradients conflict, cos < 0 (Yu et al. 2020, definition 1), 0 … 1. */
  readonly conflicts: number;
  /** Smallest `2 ‖gᵢ‖‖gⱼ‖ / (‖gᵢ‖² + ‖gⱼ‖²)` over the pairs (Yu et al. 2020, definition 2), 0 … 1. */
  readonly magnitudeSimilarity: number;
  /** κ = σ_max / σ_min of the matrix whose rows are the gradients (Senushkin et al. 2023), 1 … ∞. */
  readonly conditionNumber: number;
  /** Mean over tasks of cos(gᵢ, ḡ), ḡ the mean gradient, −1 … 1. */
  readonly cosineToMean: number;
}

/**
 * Reads the health of the gradients from their scalar products.
 * @param gram `Mᵢⱼ = gᵢ · gⱼ`, row by row, K² numbers
 * @param tasks of the rows; one whose gradient is zero (it was absent) is left out
 * @returns undefined with fewer than two gradients that are not zero
 * @throws RangeError when `gram` has not K² numbers
 * @example
 * ```ts
 * import { gradientHealth } from '@scene-mtl/core';
 * // Gradients (3, 0) and (−1, 1): they conflict.
 * const health = gradientHealth([9, -3, -3, 2], ['semantic', 'depth']);
 * health?.cosines; // → { 'semantic+depth': -0.7071 }
 * health?.conflicts; // → 1
 * ```
 */
export function gradientHealth(
  gram: ArrayLike<number>,
  tasks: readonly string[],
): GradientHealth | undefined {
  const K = tasks.length;
  if (gram.length !== K * K) {
    throw new RangeError(
      `gradientHealth: expected ${K * K} scalar products of ${K} tasks, got ${gram.length}`,
    );
  }
  const there = tasks.map((_, i) => i).filter((i) => gram[i * K + i] > 0);
  if (there.length < 2) return undefined;
  const M = there.map((i) => there.map((j) => gram[i * K + j]));
  const norms = M.map((row, i) => Math.sqrt(row[i]));
  const pairs = there.flatMap((_, i) => there.slice(i + 1).map((__, n) => [i, i + 1 + n] as const));
  const cosine = (i: number, j: number) => M[i][j] / (norms[i] * norms[j]);
  const name = (i: number) => tasks[there[i]];
  const eigenvalues = eigenvaluesOf(M);
  const mean = Math.sqrt(sum(M.flat())) || Infinity;
  return {
    cosines: Object.fromEntries(pairs.map(([i, j]) => [`${name(i)}+${name(j)}`, cosine(i, j)])),
    conflicts: pairs.filter(([i, j]) => M[i][j] < 0).length / pairs.length,
    magnitudeSimilarity: Math.min(
      ...pairs.map(([i, j]) => (2 * norms[i] * norms[j]) / (M[i][i] + M[j][j])),
    ),
    // Rounding may leave the smallest eigenvalue of dependent gradients a little below 0.
    conditionNumber: Math.sqrt(Math.max(...eigenvalues) / Math.max(Math.min(...eigenvalues), 0)),
    // cos(gᵢ, Σ gⱼ): the mean points where the sum does.
    cosineToMean: sum(M.map((row, i) => sum(row) / (norms[i] * mean))) / there.length,
  };
}

/** What {@link methodNeeded} says. */
export type Need = 'equal weights do' | 'a method may help' | 'a method helps';

/**
 * “Do you need a method here?” by the mean cosine of the gradients to their mean, as Gama & Grassi 2025 (arXiv
 * 2505.10347) read their benchmarks: about 0.7, equal weights were as good as any method; about 0.45 (three tasks of
 * Cityscapes), methods helped; about 0.3 (eleven of QM9), they helped a lot. The borders lie half way between. A rule
 * of thumb from a handful of data sets, no test.
 * @param cosineToMean mean over a run
 * @example
 * ```ts
 * import { methodNeeded } from '@scene-mtl/core';
 * methodNeeded(0.72); // → 'equal weights do'
 * methodNeeded(0.45); // → 'a method may help'
 * ```
 */
export const methodNeeded = (cosineToMean: number): Need =>
  cosineToMean > 0.575
    ? 'equal weights do'
    : cosineToMean > 0.375
      ? 'a method may help'
      : 'a method helps';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Eigenvalues of a small symmetric matrix, in no order: cyclic Jacobi rotations, exact to rounding. */
function eigenvaluesOf(matrix: readonly (readonly number[])[]): number[] {
  const A = matrix.map((row) => [...row]);
  const n = A.length;
  // Each sweep squares what is off the diagonal; sixteen are more than double precision can use.
  for (let sweep = 0; sweep < 16; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (A[p][q] === 0) continue;
        const theta = (A[q][q] - A[p][p]) / (2 * A[p][q]);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          [A[k][p], A[k][q]] = [c * A[k][p] - s * A[k][q], s * A[k][p] + c * A[k][q]];
        }
        for (let k = 0; k < n; k++) {
          [A[p][k], A[q][k]] = [c * A[p][k] - s * A[q][k], s * A[p][k] + c * A[q][k]];
        }
      }
    }
  }
  return A.map((row, i) => row[i]);
}
