import * as tf from '@tensorflow/tfjs';

/**
 * Random numbers from a counter: number i of a draw is a keyed permutation of i, and the key comes
 * from the seed and the stream. The seed is a tensor, so a captured step draws anew whenever its
 * seed input changes, and the same again for the same seed. (The idea of counter-based generators:
 * Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".)
 *
 * The permutation is a Feistel network over pairs of residues mod p, (L, R) → (R, L + (R + k)² mod
 * p). Its int32 sums and products stay below 2³¹, so that every backend that has int32 computes the
 * same bits. Good enough for dropout, noise and initial values, see test/random.test.ts; not for
 * cryptography, nor for draws of more than p² = 1.07 · 10⁹ numbers.
 */

/** The largest prime below 2¹⁵. */
const P = 32_749;
/** Keys are below this, so that (R + k)² + L < 2³¹. */
const KEYS = 13_500;
/** One number below KEYS per round; the rounds must differ. Five pass the tests. */
const ROUNDS = [3571, 9413, 1187, 12_007, 6143, 10_663] as const;

type Pair = readonly [tf.Tensor, tf.Tensor];

const int = (value: number): tf.Scalar => tf.scalar(value, 'int32');
const residue = (x: tf.Tensor, modulus = P): tf.Tensor => tf.mod(x, int(modulus));

/** Six rounds; the keys alternate. All tensors int32 that broadcast. */
function permuted([left, right]: Pair, keys: Pair): Pair {
  let [l, r] = [left, right];
  ROUNDS.forEach((constant, round) => {
    const shifted = tf.add(r, residue(tf.add(keys[round % 2], int(constant)), KEYS));
    [l, r] = [r, residue(tf.add(tf.mul(shifted, shifted), l))];
  });
  return [l, r];
}

/** Four residues from the seed and the stream: two keys and where the counter starts. */
function keysOf(seed: tf.Tensor, stream: number): { keys: Pair; start: Pair } {
  const scalar = tf.reshape(seed, []);
  const halves = [residue(tf.floorDiv(scalar, int(P))), residue(scalar)] as const;
  const first = permuted(halves, [int(stream % KEYS), int(Math.floor(stream / KEYS) % KEYS)]);
  const start = permuted(first, [int(17), int(Math.floor(stream / KEYS ** 2))]);
  return { keys: [residue(first[0], KEYS), residue(first[1], KEYS)], start };
}

/** Numbers of 0 … p² − 1, one per element, int32. */
function drawn(shape: readonly number[], seed: tf.Tensor, stream: number): tf.Tensor {
  if (seed.dtype !== 'int32' || seed.size !== 1) {
    throw new Error(
      `random: expected the seed as an int32 scalar, got ${seed.dtype} of shape [${seed.shape.join(', ')}]`,
    );
  }
  if (!Number.isSafeInteger(stream) || stream < 0 || stream >= 2 ** 31) {
    throw new Error(`random: expected the stream as an integer of 0 … 2³¹ − 1, got ${stream}`);
  }
  const size = tf.util.sizeFromShape([...shape]);
  // The counter as (row, column): two short ranges instead of one as long as the result.
  const columns = Math.max(1, Math.ceil(Math.sqrt(size)));
  const rows = Math.ceil(size / columns);
  const { keys, start } = keysOf(seed, stream);
  const row = residue(tf.add(tf.range(0, rows, 1, 'int32').expandDims(1), start[0]));
  const column = residue(tf.add(tf.range(0, columns, 1, 'int32'), start[1]));
  const [left, right] = permuted([row, column], keys);
  const all = tf.add(tf.mul(left, int(P)), right);
  return tf.reshape(tf.slice(tf.reshape(all, [rows * columns]), [0], [size]), [...shape]);
}

/** Multiples of 64 have at most 24 significant bits: exact as float32. */
const STEP = 64;
/** Slightly below 1 / p², so that rounding never gives 1. */
const SCALE = (1 - 2e-7) / P ** 2;

const fraction = (numbers: tf.Tensor): tf.Tensor =>
  tf.mul(tf.cast(tf.sub(numbers, residue(numbers, STEP)), 'float32'), SCALE);

/**
 * Uniform numbers of [0, 1) in steps of 6 · 10⁻⁸; the same bits captured and eager.
 *
 * @param shape shape of the result
 * @param seed int32 scalar, usually an input of the step that changes every step
 * @param stream 0 … 2³¹ − 1; draws with different streams are independent
 * @throws when the seed is no int32 scalar, or the stream out of range
 */
export function randomUniform(
  shape: readonly number[],
  seed: tf.Tensor,
  stream: number,
): tf.Tensor {
  return tf.tidy(() => fraction(drawn(shape, seed, stream)));
}

/**
 * Standard normal numbers (Box & Muller 1958): `√(−2 ln(1 − u)) · cos(2πv)`, at most 5.6 in size.
 * Captured and eager agree to float rounding, not to the bit, since the functions are other
 * libraries'.
 *
 * @param shape shape of the result
 * @param seed int32 scalar
 * @param stream 0 … 2³⁰ − 1; shares nothing with uniform draws of the same stream
 * @throws when the seed is no int32 scalar, or the stream out of range
 */
export function randomNormal(shape: readonly number[], seed: tf.Tensor, stream: number): tf.Tensor {
  return tf.tidy(() => {
    // A seed of its own: a uniform draw with the same seed and stream is independent.
    const own = tf.add(seed, int(374_761_393));
    const radius = tf.sqrt(tf.mul(tf.log(tf.sub(1, fraction(drawn(shape, own, 2 * stream)))), -2));
    const angle = tf.mul(fraction(drawn(shape, own, 2 * stream + 1)), 2 * Math.PI);
    return tf.mul(radius, tf.cos(angle));
  });
}

/**
 * Dropout (Srivastava et al. 2014), scaled: each element is 0 with probability `rate`, else
 * `x / (1 − rate)`. The same seed and stream give the same mask, captured and eager.
 *
 * @param x float32 of any shape
 * @param rate probability of dropping, 0 ≤ rate < 1
 * @param seed int32 scalar, usually an input of the step that changes every step
 * @param stream one number per dropout of a step
 * @param noiseShape shape of the mask, broadcast to `x`: `[B, 1, 1, C]` drops whole channels
 * @throws when the rate, seed or stream is out of range
 */
export function dropout<T extends tf.Tensor>(
  x: T,
  rate: number,
  seed: tf.Tensor,
  stream: number,
  noiseShape: readonly number[] = x.shape,
): T {
  if (!(rate >= 0 && rate < 1)) {
    throw new Error(`dropout: expected a rate of 0 ≤ rate < 1, got ${rate}`);
  }
  if (rate === 0) return x.clone();
  return tf.tidy(() => {
    const u = randomUniform(noiseShape, seed, stream);
    // The mask as numbers: the gradient of a comparison need not be walked through.
    const kept = tf.mul(tf.cast(tf.greaterEqual(u, rate), 'float32'), 1 / (1 - rate));
    return tf.mul<T>(x, kept);
  });
}
