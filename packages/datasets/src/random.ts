import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/** What a stream may be named by. */
export type StreamKey = string | number;

/**
 * A random stream named by its keys: the same keys give the same numbers, other keys give
 * unrelated ones. Drawing from one stream never moves another, so the numbers of a frame do not
 * depend on which frames were made before it.
 */
export function randomStream(...keys: StreamKey[]): Random {
  // The name's length stands in the hash, so ('a', 'b') and ('ab') differ.
  const name = keys.map((key) => `${typeof key}:${key}`).join('\u0000');
  const state = [1, 2, 3, 4].map((salt) => hashString(name, salt));
  const generator = xoroshiro128plusFromState(state);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** 32-bit hash of a string (FNV-1a, then the finaliser of MurmurHash3). */
export function hashString(text: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(hash);
}

/** A whole number in 0 … count − 1. */
export function pickIndex(random: Random, count: number): number {
  return Math.min(count - 1, Math.floor(random() * count));
}

/** A standard normal number (Box & Muller 1958); takes two draws. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** A stream of standard normal numbers that uses both of each pair (Box & Muller 1958). */
export function normalPairs(random: Random): () => number {
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

/** The order of 0 … count − 1 after a shuffle (Fisher & Yates; Durstenfeld 1964). */
export function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = pickIndex(random, i + 1);
    const other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
  return order;
}

function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
