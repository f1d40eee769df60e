import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile, dropout, randomNormal, randomUniform } from '../src/index.ts';

tf.env().set('IS_TEST', true);

const seedInput = { seed: { shape: [], dtype: 'int32' } } as const;
const draw = (n: number, seed: number, stream = 0): Float32Array =>
  randomUniform([n], tf.scalar(seed, 'int32'), stream).dataSync<'float32'>();

const mean = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const correlation = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
};

/** Σ (observed − expected)² / expected over equal cells. */
const chiSquare = (cells: ArrayLike<number>, expected: number) =>
  Array.from(cells).reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);

beforeAll(() => tf.setBackend('cpu'));

describe('randomUniform', () => {
  test('gives the same bits captured and eager, and others for another seed', async () => {
    const step = ({ seed }: { seed: tf.Tensor }) => ({
      u: randomUniform([3, 5, 7], seed, 4),
      one: randomUniform([], seed, 0),
      none: randomUniform([0, 2], seed, 0),
    });
    const captured = await compile(step, seedInput, { threads: 1 });
    const eager = await compile(step, seedInput, { engine: 'cpu' });
    let last: number[] = [];
    for (const seed of [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      const a = await captured.run({ seed: Int32Array.of(seed) });
      const b = await eager.run({ seed: Int32Array.of(seed) });
      expect(Array.from(a.u)).toEqual(Array.from(b.u));
      expect(Array.from(a.one)).toEqual(Array.from(b.one));
      expect(a.none.length).toBe(0);
      expect(Array.from(a.u)).not.toEqual(last);
      last = Array.from(a.u);
    }
    await captured.dispose();
  });

  test('fills [0, 1) evenly: 256 cells of 200 expected, chi square within 5 deviations', () => {
    for (const seed of [1, 2, 1234567]) {
      const u = draw(51_200, seed);
      const cells = new Uint32Array(256);
      for (const x of u) cells[Math.floor(x * 256)]++;
      // Degrees of freedom 255: mean 255, standard deviation √(2 · 255) = 22.6.
      expect(Math.abs(chiSquare(cells, 200) - 255)).toBeLessThan(5 * 22.6);
      expect(Math.min(...u)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...u)).toBeLessThan(1);
      // Standard error of the mean: √(1/12 / 51200) = 0.0013.
      expect(Math.abs(mean(u) - 0.5)).toBeLessThan(5 * 0.0013);
      expect(Math.abs(mean(u.map((x) => (x - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.0017);
    }
  });

  test('neighbours fill the square evenly: 32 × 32 cells of 50', () => {
    const u = draw(51_201, 9);
    const cells = new Uint32Array(1024);
    for (let i = 0; i < 51_200; i++)
      cells[Math.floor(u[i] * 32) * 32 + Math.floor(u[i + 1] * 32)]++;
    // Degrees of freedom 1023: standard deviation √(2 · 1023) = 45.2.
    expect(Math.abs(chiSquare(cells, 50) - 1023)).toBeLessThan(5 * 45.2);
  });

  test('low bits are as even as high ones', () => {
    const u = draw(65_536, 3);
    for (let bit = 0; bit < 24; bit++) {
      const ones = mean(u.map((x) => Math.floor(x * 2 ** (24 - bit)) % 2));
      // Standard error √(1/4 / 65536) = 0.002.
      expect(Math.abs(ones - 0.5)).toBeLessThan(5 * 0.002);
    }
  });

  test('steps, streams and neighbours are uncorrelated', () => {
    const n = 20_000;
    const bound = 5 / Math.sqrt(n);
    const u = draw(n + 1024, 100);
    const part = u.slice(0, n);
    for (const lag of [1, 2, 16, 145, 256]) {
      expect(Math.abs(correlation(part, u.slice(lag, n + lag)))).toBeLessThan(bound);
    }
    for (const seed of [101, 356, 65_636]) {
      expect(Math.abs(correlation(part, draw(n, seed)))).toBeLessThan(bound);
    }
    for (const stream of [1, 2, 64]) {
      expect(Math.abs(correlation(part, draw(n, 100, stream)))).toBeLessThan(bound);
    }
  });

  test('one element over consecutive seeds is as even as one draw', () => {
    const cells = new Uint32Array(16);
    for (let seed = 0; seed < 1600; seed++) cells[Math.floor(draw(1, seed)[0] * 16)]++;
    // Degrees of freedom 15: standard deviation √(2 · 15) = 5.5.
    expect(Math.abs(chiSquare(cells, 100) - 15)).toBeLessThan(5 * 5.5);
  });

  test('a changed bit of the seed changes half the bits of the draw', () => {
    const reference = draw(512, 12345);
    for (let bit = 0; bit < 32; bit++) {
      const other = draw(512, 12345 ^ (1 << bit));
      let flips = 0;
      for (let i = 0; i < 512; i++) {
        let x = (reference[i] * 2 ** 24) ^ (other[i] * 2 ** 24);
        for (; x; x &= x - 1) flips++;
      }
      // 12,288 bits: standard error √(1/4 / 12288) = 0.0045.
      expect(Math.abs(flips / (512 * 24) - 0.5)).toBeLessThan(5 * 0.0045);
    }
  });

  test('refuses a seed that is no int32 scalar and a stream out of range', () => {
    expect(() => randomUniform([2], tf.scalar(1), 0)).toThrow(/int32 scalar, got float32/);
    expect(() => randomUniform([2], tf.tensor1d([1, 2], 'int32'), 0)).toThrow(/shape \[2\]/);
    expect(() => randomUniform([2], tf.scalar(1, 'int32'), -1)).toThrow(/stream .* got -1/);
  });
});

describe('randomNormal', () => {
  test('has mean 0, variance 1 and normal tails', () => {
    const n = 50_000;
    const z = randomNormal([n], tf.scalar(7, 'int32'), 0).dataSync<'float32'>();
    expect(Math.abs(mean(z))).toBeLessThan(5 / Math.sqrt(n));
    // Variance of z² is 2.
    expect(Math.abs(mean(z.map((x) => x * x)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    // Kurtosis 3; variance of z⁴ is 96.
    expect(Math.abs(mean(z.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    // P(|z| > 1.959964) = 0.05.
    const tails = mean(z.map((x) => (Math.abs(x) > 1.959964 ? 1 : 0)));
    expect(Math.abs(tails - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / n));
  });

  test('agrees captured and eager to float rounding', async () => {
    const step = ({ seed }: { seed: tf.Tensor }) => ({ z: randomNormal([50], seed, 2) });
    const captured = await compile(step, seedInput, { threads: 1 });
    const eager = await compile(step, seedInput, { engine: 'cpu' });
    const seed = Int32Array.of(5);
    const { z } = await eager.run({ seed });
    expect((await captured.run({ seed })).z).toBeAllClose(z, { atol: 1e-5 });
    await captured.dispose();
  });
});

describe('dropout', () => {
  test('keeps the mean, drops the stated part, and its gradient has the same mask', () => {
    const x = tf.ones([20_000]);
    const seed = tf.scalar(3, 'int32');
    const y = dropout(x, 0.3, seed, 1).dataSync<'float32'>();
    const dx = tf
      .grad((t) => dropout(t, 0.3, seed, 1))(x)
      .dataSync<'float32'>();
    // Standard error of the part dropped: √(0.3 · 0.7 / 20000) = 0.0032.
    expect(Math.abs(mean(y.map((v) => (v === 0 ? 1 : 0))) - 0.3)).toBeLessThan(5 * 0.0032);
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    expect(dx).toBeAllClose(y);
  });

  test('draws a new mask for a new seed inside a captured step, the same mask for the same', async () => {
    const step = ({ seed }: { seed: tf.Tensor }) => ({ y: dropout(tf.ones([64]), 0.5, seed, 0) });
    const compiled = await compile(step, seedInput, { threads: 1 });
    const masks: string[] = [];
    for (const seed of [1, 2, 1]) {
      masks.push((await compiled.run({ seed: Int32Array.of(seed) })).y.join());
    }
    expect(masks[0]).toBe(masks[2]);
    expect(masks[0]).not.toBe(masks[1]);
    await compiled.dispose();
  });

  test('drops whole channels with a noise shape', () => {
    const y = dropout(tf.ones([1, 4, 4, 32]), 0.5, tf.scalar(1, 'int32'), 0, [1, 1, 1, 32]);
    const perChannel = tf.moments(y, [0, 1, 2]).variance.dataSync<'float32'>();
    expect(Math.max(...perChannel)).toBe(0);
  });

  test('refuses a rate of 1', () => {
    expect(() => dropout(tf.ones([2]), 1, tf.scalar(1, 'int32'), 0)).toThrow(/rate .* got 1/);
  });
});
