import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fromState,
  normalPairs,
  randomSource,
  randomStream,
  shuffled,
  stream,
  type RandomState,
} from '../src/index.ts';

test('the same seed and path give the same numbers', () => {
  const a = stream(7, 'shuffle', 3);
  const b = stream(7, 'shuffle', 3);
  expect(Array.from({ length: 100 }, () => a.next())).toEqual(
    Array.from({ length: 100 }, () => b.next()),
  );
});

test('the numbers stay the same from release to release', () => {
  // State: SHA-256 of the text [1,"a"], first 16 bytes as little-endian int32. By the shell:
  // printf '[1,"a"]' | sha256sum
  const words = stream(1, 'a').getState();
  expect(words).toEqual([1402212384, -1730223480, 1360029173, -1441625785]);
  // xoroshiro128+ (Blackman & Vigna 2018), computed in Python with 64-bit integers.
  const r = stream(1, 'a');
  expect([r.next(), r.next(), r.next()]).toEqual([
    0.2614962940569967, 0.13232007739134133, 0.8927698321640491,
  ]);
});

test('streams of different seeds or paths differ', () => {
  const paths = [
    stream(1),
    stream(2),
    stream(1, 'a'),
    stream(1, 'b'),
    stream(1, 'a', 0),
    stream(1, 'a0'),
    stream(1, 'a', '0'),
  ];
  expect(new Set(paths.map((r) => r.next())).size).toBe(paths.length);
});

test('next is in [0, 1) and evenly spread', () => {
  const r = stream(3, 'uniform');
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const u = r.next();
    expect(u >= 0 && u < 1).toBe(true);
    bins[Math.floor(u * 10)]++;
  }
  // χ² with 9 degrees of freedom: 99.9 % of samples stay below 27.9.
  const chi2 = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  expect(chi2).toBeLessThan(27.9);
});

test('integer covers exactly its range', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 7 }), (seed, n) => {
      const r = stream(seed, 'integers');
      const seen = new Set(Array.from({ length: 200 }, () => r.integer(n)));
      // The chance to miss one of 7 values in 200 draws is 7 · (6/7)^200 ≈ 3e-13.
      return seen.size === n && [...seen].every((v) => v >= 0 && v < n);
    }),
  );
  expect(() => stream(1).integer(0)).toThrow('whole number in 1');
  expect(() => stream(1).integer(1.5)).toThrow('1.5');
});

test('normals have mean 0 and deviation 1, singly and in bulk', () => {
  const r = stream(4, 'normal');
  for (const values of [Array.from({ length: 10_000 }, () => r.normal()), [...r.normals(10_001)]]) {
    const n = values.length;
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    // Four standard errors: 1/√n = 0.01 and √(2/n) = 0.014.
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 1)).toBeLessThan(0.057);
  }
});

test('shuffle gives a permutation and leaves its argument alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const before = items.slice();
      const shuffled = stream(seed).shuffle(items);
      expect(items).toEqual(before);
      expect(shuffled.slice().sort((a, b) => a - b)).toEqual(before.sort((a, b) => a - b));
    }),
  );
});

test('each of the six orders of three items is about equally frequent', () => {
  const r = stream(5);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const key = r.shuffle([0, 1, 2]).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  expect(counts.size).toBe(6);
  // 5 degrees of freedom, 99.9 %.
  expect(chi2).toBeLessThan(20.5);
});

test('a stored state continues the stream', () => {
  const r = stream(9, 'x');
  r.normals(5);
  const state = JSON.parse(JSON.stringify(r.getState())) as RandomState;
  const rest = [r.next(), r.integer(100), r.normal()];
  const again = fromState(state);
  expect([again.next(), again.integer(100), again.normal()]).toEqual(rest);
  r.setState(state);
  expect(r.next()).toBe(rest[0]);
});

test('bad seeds and states are refused', () => {
  expect(() => stream(0.5)).toThrow('0.5');
  expect(() => stream(1, NaN)).toThrow('NaN');
  expect(() => fromState([0, 0, 0, 0])).toThrow('not all zero');
  expect(() => fromState([1, 2, 3] as unknown as RandomState)).toThrow('[1,2,3]');
  expect(() => fromState([1, 2, 3, 2 ** 40])).toThrow('32-bit');
});

test('the older streams keep the numbers that published results were made with', () => {
  // What commit ef8300e gave, where each of them was a file of its own.
  const order = randomStream('epoch order', 5, 2);
  expect([order(), order(), order()]).toEqual([
    0.07815650873817503, 0.8299432713538408, 0.8207541445735842,
  ]);
  const pairs = normalPairs(randomStream('n'));
  expect([pairs(), pairs(), pairs()]).toEqual([
    1.2571916249007942, -0.09041383778232888, 0.8101757572846701,
  ]);
  expect([...shuffled(6, randomStream('s', 1))]).toEqual([0, 5, 2, 1, 3, 4]);
  const source = randomSource(7);
  expect([source.below(10), source.below(1000), source.below(2 ** 32)]).toEqual([8, 278, 12592327]);
});
