import type { Draw } from './random.ts';

/**
 * A whole number in 0 … count − 1.
 * @example
 * ```ts
 * import { pickIndex } from '@scene-mtl/data';
 * pickIndex(() => 0.5, 4); // → 2
 * ```
 */
export function pickIndex(random: Draw, count: number): number {
  return Math.min(count - 1, Math.floor(random() * count));
}

/**
 * A standard normal number (Box & Muller 1958); takes two draws.
 * @example
 * ```ts
 * import { normal } from '@scene-mtl/data';
 * normal(() => 0); // → 0
 * ```
 */
export function normal(random: Draw): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** A stream of standard normal numbers that uses both of each pair (Box & Muller 1958). */
export function normalPairs(random: Draw): () => number {
  let spare = NaN;
  return () => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = NaN;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/**
 * The order of 0 … count − 1 after a shuffle (Fisher & Yates; Durstenfeld 1964).
 * @example
 * ```ts
 * import { shuffled } from '@scene-mtl/data';
 * // Draws of 0 swap each place, from the last, with the first.
 * shuffled(3, () => 0); // → [1, 2, 0]
 * ```
 */
export function shuffled(count: number, random: Draw): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = pickIndex(random, i + 1);
    const other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
  return order;
}
