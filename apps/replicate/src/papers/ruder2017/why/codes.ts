import type { Network } from '@scene-mtl/core';
import { stream, type Random } from '@scene-mtl/data';
import { mean, seenBy } from '../../../numbers/studies/look.ts';

/** −1 or 1. */
export const sign = (random: Random): number => (random.integer(2) === 0 ? -1 : 1);

/** A sign as the product of two: one of them alone says nothing. */
export function coded(random: Random, value: number): number[] {
  const first = sign(random);
  return [first, first * value];
}

const CODES = ['A', 'B', 'C'] as const;
type Code = (typeof CODES)[number];

/**
 * Which of two codes the main task goes by, where all three tell different things.
 * @returns `basin` 100 for the first code, 0 for the other; `preference`, how much more of the first is in the output
 */
export function basin(
  network: Network,
  { of, against }: { readonly of: Code; readonly against: Code },
): Record<string, number> {
  const random = stream(0, 'why', 'representation', 'independent');
  const codes = Array.from({ length: 1000 }, () => CODES.map(() => sign(random)));
  const x = codes.map((code) => code.flatMap((value) => coded(random, value)));
  const said = seenBy(network, x).of('main');
  const [first, other] = [of, against].map((code) =>
    mean(said.map((value, i) => value * codes[i][CODES.indexOf(code)])),
  );
  return { basin: first > other ? 100 : 0, preference: first - other };
}
