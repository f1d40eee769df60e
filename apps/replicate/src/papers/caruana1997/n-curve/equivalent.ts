/** Errors over numbers of examples, in ascending order of these. */
export type Curve = readonly { readonly n: number; readonly error: number }[];

/**
 * How many examples a learning curve needs for an error: between its points straight in the logarithms of both, as power laws are.
 * Infinity where it never gets there, its first n where it is there at once.
 */
export function examplesFor(error: number, curve: Curve): number {
  // Noise can let a curve rise; what counts is where it first gets there.
  const at = curve.findIndex((point) => point.error <= error);
  if (at === -1) return Infinity;
  if (at === 0) return curve[0].n;
  const [a, b] = [curve[at - 1], curve[at]];
  const share = Math.log(a.error / error) / Math.log(a.error / b.error);
  return Math.exp(Math.log(a.n) + share * Math.log(b.n / a.n));
}
