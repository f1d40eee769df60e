/** Sizes that are known only when a step runs, as sums of unknowns: enough to see that n rows and 100 − n more are 100. */

/** base + Σ factor · unknown. */
export interface Size {
  readonly base: number;
  /** Factors by the unknown, which is any object. None is 0. */
  readonly factors: ReadonlyMap<object, number>;
}

/** A size that is known. */
export const whole = (base: number): Size => ({ base, factors: new Map() });

/** A size of which nothing is known but that it is that of others with the same unknown. */
export const unknown = (of: object = {}): Size => ({ base: 0, factors: new Map([[of, 1]]) });

/** The number, where it is known. */
export const numberOf = ({ base, factors }: Size): number | undefined =>
  factors.size === 0 ? base : undefined;

/** a + times · b. */
export function plus(a: Size, b: Size, times = 1): Size {
  const factors = new Map(a.factors);
  for (const [of, factor] of b.factors) {
    const sum = (factors.get(of) ?? 0) + times * factor;
    if (sum === 0) factors.delete(of);
    else factors.set(of, sum);
  }
  return { base: a.base + times * b.base, factors };
}

/** The product, where at most one of the sizes is not known; else a new unknown. */
export function product(sizes: readonly Size[]): Size {
  const open = sizes.filter((size) => numberOf(size) === undefined);
  if (open.length > 1) return unknown();
  const times = sizes.reduce((n, size) => n * (numberOf(size) ?? 1), 1);
  return open.length === 0 ? whole(times) : plus(whole(0), open[0], times);
}

/** Sizes as a shape states them: −1 where one is not known. */
export const shapeOf = (sizes: readonly Size[]): number[] =>
  sizes.map((size) => numberOf(size) ?? -1);

/**
 * What a linear function makes of sizes.
 * @param f the function, on numbers
 */
export function linear(
  inputs: readonly (readonly Size[])[],
  f: (numbers: readonly (readonly number[])[]) => readonly number[],
): Size[] {
  const unknowns = new Set(inputs.flat().flatMap(({ factors }) => [...factors.keys()]));
  const at = (one?: object) =>
    f(
      inputs.map((sizes) =>
        sizes.map(({ base, factors }) => base + (one ? (factors.get(one) ?? 0) : 0)),
      ),
    );
  const base = at();
  const parts = [...unknowns].map((of) => [of, at(of)] as const);
  return base.map((number, i) => ({
    base: number,
    factors: new Map(parts.map(([of, f1]) => [of, f1[i] - number] as const).filter(([, k]) => k)),
  }));
}
