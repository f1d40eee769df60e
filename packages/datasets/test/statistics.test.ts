import { describe, expect, test } from '@jest/globals';
import { streetSample } from '@scene-mtl/data/testing';
import { statistics } from '../src/index.ts';

describe('statistics', () => {
  test('count shares, objects, pieces and sizes', () => {
    const collector = statistics(2);
    collector.add(
      streetSample({
        id: 'a',
        height: 2,
        width: 4,
        image: new Uint8Array(24),
        semantic: Uint8Array.of(0, 0, 1, 1, 255, 255, 0, 1),
        instance: Uint16Array.of(0, 0, 5, 5, 0, 0, 0, 6),
        disparity: Float32Array.of(1, 3, 0, 0, 0, 0, 0, 0),
        disparityValid: Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0),
      }),
    );
    const result = collector.result();
    expect(result.shares).toEqual([0.5, 0.5]);
    expect(result.void).toBe(0.25);
    expect(result.objects).toEqual([0, 2]);
    // Objects of 2 and 1 px; a px of 2 × 4 is 2048 · 1024 / 8 px: mean 1.5 of them.
    expect(result.meanSize[1]).toBe((1.5 * 2048 * 1024) / 8);
    // 2 px are 524,288 = 2^19 and 1 px is 262,144 = 2^18 of 1024 × 2048: a cell each.
    expect(result.sizes.edges[18]).toBe(2 ** 18);
    expect(result.sizes.shares.map((share, k) => [k, share]).filter(([, s]) => s > 0)).toEqual([
      [18, 0.5],
      [19, 0.5],
    ]);
    // Both known disparities are beyond the last edge, 132 px: the open cell.
    expect(result.disparities.shares.at(-1)).toBe(1);
    expect(result.split).toBe(0);
    // 1 and 3 px of 4 are 512 and 1536 px of 2048.
    expect(result.disparity).toEqual({ mean: 1024, deviation: 512 });
    expect(result.valid).toBe(3 / 8);
  });

  test('see an object in two pieces', () => {
    const collector = statistics(1);
    collector.add(
      streetSample({
        id: 'a',
        height: 1,
        width: 4,
        image: new Uint8Array(12),
        semantic: new Uint8Array(4),
        instance: Uint16Array.of(9, 0, 9, 9),
      }),
    );
    expect(collector.result().split).toBe(1);
  });

  test('do not take specks for pieces: less than 100 px of 1024 × 2048', () => {
    // A px of 512 × 1024 is 4 of 1024 × 2048: 25 of them make a piece.
    const size = { height: 512, width: 1024 };
    const share = (pixels: number) => {
      const collector = statistics(1);
      const instance = new Uint16Array(512 * 1024).fill(9, 0, 200).fill(9, 2048, 2048 + pixels);
      collector.add(streetSample({ id: 'a', ...size, instance }));
      const { split, splitLarge } = collector.result();
      return [split, splitLarge];
    };
    expect(share(24)).toEqual([1, 0]);
    expect(share(25)).toEqual([1, 1]);
  });
});
