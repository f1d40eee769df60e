import * as tf from '@tensorflow/tfjs';

/** One way to write the kernels of the same layer of T networks as a product of factors. */
export interface Factorisation {
  /**
   * Shapes and start of the factors that all tasks share, for a layer's kernels.
   * @param sides of one task's kernel, `[kh, kw, Cin, Cout]` or `[n, units]`
   * @param rank K, numbers of each task of its own for this layer
   * @param share of each side that its rank is, rounded up, 0 … 1
   */
  factors(this: void, sides: readonly number[], rank: number, share: number): readonly Factor[];
  /**
   * A task's kernel.
   * @param factors the shared ones, in their order
   * @param own the task's numbers, `[K]`
   */
  kernel(
    this: void,
    factors: readonly tf.Tensor[],
    own: tf.Tensor1D,
    sides: readonly number[],
  ): tf.Tensor;
}

/** A factor's shape, and its deviation at the start for kernels of deviation 1 when all of `own` have 1/√K. */
export interface Factor {
  readonly shape: readonly number[];
  readonly deviation: number;
}

const numbers = (sides: readonly number[]): number => sides.reduce((a, b) => a * b, 1);
const ranksOf = (sides: readonly number[], share: number): number[] =>
  sides.map((side) => Math.ceil(share * side));

/**
 * The factorisations of Yang & Hospedales 2017 (arXiv 1605.06391, section 3). W has the kernels of the T tasks along
 * its last side; the factor of that side has a column for each task, its own `s [K]`; all other factors are shared.
 * A kernel is a sum over `Πr` products of independent numbers, so that factors with deviations `1/√r` keep its own.
 */
export const factorisations = {
  /** Last-axis flattening, equation 3: `W = L S`, L `[D, K]`, D numbers of a kernel. */
  laf: {
    factors: (sides, rank) => [{ shape: [numbers(sides), rank], deviation: 1 }],
    kernel: ([L], own, sides) => tf.reshape(tf.dot(L, own), [...sides]),
  },
  /** Tucker, equation 4: `W = S •₁ U₁ •₂ U₂ … •ₙ Uₙ` and the tasks' side; S `[r₁, …, rₙ, K]`, Uᵢ `[dᵢ, rᵢ]`. */
  tucker: {
    factors(sides, rank, share) {
      const ranks = ranksOf(sides, share);
      return [
        { shape: [...ranks, rank], deviation: 1 },
        ...sides.map((side, i) => ({
          shape: [side, ranks[i]],
          deviation: 1 / Math.sqrt(ranks[i]),
        })),
      ];
    },
    kernel([core, ...sidesOf], own, sides) {
      const ranks = core.shape.slice(0, -1);
      let x = tf.reshape(tf.dot(tf.reshape(core, [-1, own.size]), own), ranks);
      // The first side goes last each time: after all of them they stand as they were.
      for (const U of sidesOf) {
        const flat = tf.reshape(x, [x.shape[0], -1]);
        const rest = x.shape.slice(1);
        x = tf.reshape(tf.matMul(flat, U, true, true), [...rest, U.shape[0]]);
      }
      return tf.reshape(x, [...sides]);
    },
  },
  /** Tensor train, equation 6: `W = U₁ • U₂ • … • Uₙ` and the tasks' side; Uᵢ `[rᵢ₋₁, dᵢ, rᵢ]`, r₀ = 1, rₙ = K. */
  tt: {
    factors(sides, rank, share) {
      // No more than what stands on either side of the cut.
      const bonds = sides.map((_, i) =>
        i === sides.length - 1
          ? rank
          : Math.ceil(
              share * Math.min(numbers(sides.slice(0, i + 1)), numbers(sides.slice(i + 1)) * rank),
            ),
      );
      return sides.map((side, i) => {
        const before = i === 0 ? 1 : bonds[i - 1];
        return { shape: [before, side, bonds[i]], deviation: 1 / Math.sqrt(before) };
      });
    },
    kernel(cores, own, sides) {
      const train = cores.reduce((x, U) =>
        tf.matMul(tf.reshape(x, [-1, U.shape[0]]), tf.reshape(U, [U.shape[0], -1])),
      );
      return tf.reshape(tf.dot(tf.reshape(train, [-1, own.size]), own), [...sides]);
    },
  },
} as const satisfies Record<string, Factorisation>;
