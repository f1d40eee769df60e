import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/*
 * Three ways to seed one generator, side by side because their numbers are in what has been published:
 * initial weights and random weightings are drawn from `stream`, scenes, the order of frames and
 * augmentation from `randomStream`, bootstrap and permutation intervals from `randomSource`. One of them
 * for all would change every committed result. New code takes `stream`: its state can be stored and its
 * path cannot collide.
 */

/** State of a {@link Random}: four 32-bit words, to be stored and given back unchanged. */
export type RandomState = readonly [number, number, number, number];

/**
 * One seeded stream of pseudo-random numbers (xoroshiro128+ of Blackman & Vigna 2018).
 * The same state gives the same numbers on every machine.
 */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2⁻³². */
  next(): number;
  /** Uniform whole number in 0 … n − 1. Throws unless n is a whole number in 1 … 2³². */
  integer(n: number): number;
  /** Standard normal deviate. */
  normal(): number;
  /** `n` normal deviates times `deviation`, as `f32 [n]`. */
  normals(n: number, deviation?: number): Float32Array;
  /** A shuffled copy of `items` (Fisher & Yates); `items` stays as it is. */
  shuffle<T>(items: readonly T[]): T[];
  /** Where the stream stands. */
  getState(): RandomState;
  /** Continues from a state of `getState`. Throws when it is not one. */
  setState(state: RandomState): void;
}

const TWO_32 = 2 ** 32;
// Taken once: a look-up of the global `Math` per number is slow inside a test runner's sandbox.
const { cos, log, PI, sin, sqrt } = Math;

/**
 * The stream that belongs to a seed and a path of names, for example
 * `stream(seed, 'shuffle', epoch)`. Streams of different paths are independent: the generator's
 * state is the first 128 bits of SHA-256 of the path, so that adding a purpose never changes the
 * numbers of another.
 * @param seed any safe integer
 * @throws when the seed, or a number in the path, is not a safe integer
 * @example
 * ```ts
 * import { stream } from '@scene-mtl/data';
 * const first = stream(1, 'shuffle', 0).next();
 * stream(1, 'shuffle', 0).next() === first; // → true
 * stream(1, 'shuffle', 1).next() === first; // → false
 * ```
 */
export function stream(seed: number, ...names: readonly (string | number)[]): Random {
  for (const part of [seed, ...names]) {
    if (typeof part === 'number' && !Number.isSafeInteger(part)) {
      throw new Error(
        `stream: expected the seed and numbers in the path to be integers, got ${part}`,
      );
    }
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...names]))
    .digest();
  return fromState([0, 4, 8, 12].map((i) => digest.readInt32LE(i)) as unknown as RandomState);
}

/**
 * A stream that continues from a stored state.
 * @throws unless the state is four 32-bit integers, not all zero (which would only give zeros)
 * @example
 * ```ts
 * import { fromState, stream } from '@scene-mtl/data';
 * const random = stream(1, 'dropout');
 * const stored = random.getState();
 * fromState(stored).integer(1000) === random.integer(1000); // → true
 * ```
 */
export function fromState(state: RandomState): Random {
  let generator = xoroshiro128plusFromState(checked(state));
  const next = () => (generator.next() >>> 0) / TWO_32;
  // Box & Muller 1958. 1 − u is never 0, so the logarithm is finite.
  const radius = () => sqrt(-2 * log(1 - next()));

  return {
    next,
    integer(n) {
      if (!Number.isInteger(n) || n < 1 || n > TWO_32) {
        throw new Error(`Random.integer: expected a whole number in 1 … 2³², got ${n}`);
      }
      return uniformInt(generator, 0, n - 1);
    },
    // The second deviate of the pair is dropped: a spare would have to be part of the state.
    normal: () => radius() * cos(2 * PI * next()),
    normals(n, deviation = 1) {
      const values = new Float32Array(n);
      for (let i = 0; i < n; i += 2) {
        const r = deviation * radius();
        const angle = 2 * PI * next();
        values[i] = r * cos(angle);
        if (i + 1 < n) values[i + 1] = r * sin(angle);
      }
      return values;
    },
    shuffle(items) {
      const shuffled = items.slice();
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = uniformInt(generator, 0, i);
        [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
      }
      return shuffled;
    },
    getState: () => checked(generator.getState() as unknown as RandomState),
    setState(state) {
      generator = xoroshiro128plusFromState(checked(state));
    },
  };
}

function checked(state: RandomState): RandomState {
  const words = Array.isArray(state) ? (state as readonly number[]) : [];
  const valid = words.length === 4 && words.every((w) => Number.isInteger(w) && w === (w | 0));
  if (!valid || words.every((w) => w === 0)) {
    throw new Error(
      `random state: expected four 32-bit integers, not all zero, got ${JSON.stringify(state)}`,
    );
  }
  return state;
}

/** A source of uniform numbers in [0, 1). */
export type Draw = () => number;

/** What a stream may be named by. */
export type StreamKey = string | number;

/**
 * A random stream named by its keys: the same keys give the same numbers, other keys give
 * unrelated ones. Drawing from one stream never moves another, so the numbers of a frame do not
 * depend on which frames were made before it.
 * @example
 * ```ts
 * import { randomStream } from '@scene-mtl/data';
 * randomStream('a', 'b')() === randomStream('a', 'b')(); // → true
 * randomStream('a', 'b')() === randomStream('ab')(); // → false
 * ```
 */
export function randomStream(...keys: StreamKey[]): Draw {
  // The name's length stands in the hash, so ('a', 'b') and ('ab') differ.
  const name = keys.map((key) => `${typeof key}:${key}`).join('\u0000');
  const state = [1, 2, 3, 4].map((salt) => hashString(name, salt));
  const generator = xoroshiro128plusFromState(state);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** 32-bit hash of a string (FNV-1a, then the finaliser of MurmurHash3). */
function hashString(text: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(hash);
}

function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A seeded source of whole numbers: `below(n)` is uniform on 0 … n − 1, n ≤ 2³². */
export interface RandomSource {
  /** Uniform on 0 … n − 1. */
  below(n: number): number;
}

/**
 * A fresh stream; the same seed gives the same numbers.
 * @example
 * ```ts
 * import { randomSource } from '@scene-mtl/data';
 * randomSource(1).below(1); // → 0
 * randomSource(1).below(100) === randomSource(1).below(100); // → true
 * ```
 */
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
