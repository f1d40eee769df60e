import { describe, expect, test } from '@jest/globals';
import { matched, recorded, type Matcher } from '../src/street/render/stereo.ts';
import { textured } from '../src/street/render/texture.ts';

const matcher: Matcher = { largest: Infinity, sky: { unknownAbove: 0.45 } };

describe('stereo', () => {
  test('loses the columns whose partner is outside, and what a nearer thing hides', () => {
    const width = 40;
    // Background at 2 px, a near thing at 8 px in columns 20 … 29.
    const disparity = Float32Array.from({ length: width }, (_, u) => (u >= 20 && u < 30 ? 8 : 2));
    const usable = new Uint8Array(width).fill(1);
    const lost = Array.from({ length: width }, () => 0);
    for (let k = 0; k < 20; k++) {
      matched(disparity, usable, { height: 1, width }, k, matcher).forEach((found, u) => {
        lost[u] += 1 - found;
      });
    }
    // u − 2 < 0 for u < 2. The thing covers columns 12 … 21 of the right image: background pixels
    // 14 … 19 (u − 2 = 12 … 17) are hidden.
    for (const u of [0, 1, 14, 15, 16, 17, 18, 19]) expect(lost[u]).toBe(20);
    for (const u of [5, 10, 25, 35]) expect(lost[u]).toBeLessThan(20);
  });

  test('never matches the bonnet', () => {
    const found = matched(
      new Float32Array(12).fill(1),
      new Uint8Array(12),
      { height: 1, width: 12 },
      1,
      matcher,
    );
    expect(found.every((f) => f === 0)).toBe(true);
  });

  test('searches up to the largest disparity at 2048 px of width, less in smaller pictures', () => {
    const size = { height: 1, width: 64 };
    // 126 px at 2048 are 3.94 at 64; both partners lie within the right image.
    const at = (d: number, largest: number) => {
      const disparity = new Float32Array(64).fill(d);
      const usable = new Uint8Array(64).fill(1);
      return matched(disparity, usable, size, 3, { ...matcher, largest }).reduce(
        (a, b) => a + b,
        0,
      );
    };
    expect(at(3.9, 126)).toBeGreaterThan(30);
    expect(at(3.9, 126)).toBe(at(3.9, Infinity));
    expect(at(4, 126)).toBe(0);
    expect(at(4, Infinity)).toBeGreaterThan(30);
  });

  test('finds wrong disparities in the sky where it has noise, and nowhere else', () => {
    const size = { height: 64, width: 128 };
    const disparity = Float32Array.from({ length: 64 * 128 }, (_, i) => (i < 4096 ? 0 : 5));
    const isSky = Uint8Array.from(disparity, (d) => Number(d === 0));
    expect(recorded(disparity, isSky, size, 1, matcher)).toBe(disparity);
    const noise = 32;
    const noisy = recorded(disparity, isSky, size, 1, {
      ...matcher,
      sky: { unknownAbove: 0.5, noise },
    });
    expect(noisy.subarray(4096)).toEqual(disparity.subarray(4096));
    const sky = noisy.subarray(0, 4096);
    // Smooth noise in [0, 1) is above ½ in half of the places: 0.4 to 0.6 over some 800 patches.
    const wrong = sky.filter((d) => d > 0);
    expect(wrong.length / 4096).toBeGreaterThan(0.4);
    expect(wrong.length / 4096).toBeLessThan(0.6);
    // (1 − ½) · 32 px at 2048 are 1 px at 128.
    expect(Math.max(...sky)).toBeLessThan(1);
  });
});

describe('texture', () => {
  const size = { height: 12, width: 24 };
  /** A grey photograph. */
  const photo = (level: (row: number, u: number) => number) =>
    Uint8Array.from({ length: size.height * size.width * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return level(Math.floor(pixel / size.width), pixel % size.width);
    });
  const at = (row: number, u: number) => row * size.width + u;

  test('is change along the row: a flat wall and stripes along the row have none', () => {
    expect(
      textured(
        photo(() => 90),
        size,
      ).every((found) => found === 0),
    ).toBe(true);
    const along = textured(
      photo((row) => 90 + 60 * (row % 2)),
      size,
    );
    expect(along.every((found) => found === 0)).toBe(true);
    // Stripes of two pixels across it: every second difference over two pixels is 60.
    const across = textured(
      photo((_, u) => 90 + 60 * (Math.floor(u / 2) % 2)),
      size,
    );
    expect(across.every((found) => found === 1)).toBe(true);
  });

  test('must exceed the noise: t of an edge of 10 levels within the window of 5 px', () => {
    // Left of column 12 level 90, from there 100. I(u+1) − I(u−1) is 10 at u = 11 and 12, so windows
    // that hold both have t = √(2 · 10² / 2 / 5) = 4.5, with one of them 3.2, else 0.
    const found = textured(
      photo((_, u) => (u < 12 ? 90 : 100)),
      size,
    );
    for (const u of [9, 10, 11, 12, 13, 14]) expect(found[at(6, u)]).toBe(1);
    for (const u of [8, 15]) expect(found[at(6, u)]).toBe(0);
    // An edge of 3 levels: 1.34 at most, less than 1.75.
    const faint = textured(
      photo((_, u) => (u < 12 ? 90 : 93)),
      size,
    );
    expect(faint.every((f) => f === 0)).toBe(true);
  });

  test('counts for nothing where most of the window is overexposed', () => {
    // Checks of 240 and 255 have texture, but no level is to be trusted.
    const bright = photo((row, u) => (Math.floor(u / 2 + row) % 2 ? 255 : 240));
    expect(textured(bright, size).every((found) => found === 0)).toBe(true);
    const lessBright = bright.map((level) => level - 16);
    expect(textured(lessBright, size).every((found) => found === 1)).toBe(true);
  });
});
