import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of whole numbers: `below(n)` is uniform on 0 … n − 1, n ≤ 2³². */
export interface RandomSource {
  below(n: number): number;
}

/** A fresh stream; the same seed gives the same numbers. */
export function randomSource(seed: number): RandomSource {
  const generator = xoroshiro128plus(seed);
  return {
    below(n) {
      // Numbers above the last whole multiple of n are drawn again, or small results would be favoured.
      const limit = 2 ** 32 - (2 ** 32 % n);
      for (;;) {
        const x = generator.next() >>> 0;
        if (x < limit) return x % n;
      }
    },
  };
}
