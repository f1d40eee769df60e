import { describe, expect, test } from '@jest/globals';
import { connectedComponents, randomStream } from '@scene-mtl/data';
import { outlined } from '../src/street/render/outline.ts';

/** Outlines a picture of letters; 1/Z by letter, r is far. */
function letters(rows: readonly string[], depth: Record<string, number>, least: number): string[] {
  const size = { height: rows.length, width: rows[0].length };
  const text = rows.join('');
  const values = Uint16Array.from(text, (letter) => letter.charCodeAt(0));
  const result = outlined(
    values,
    Float32Array.from(text, (letter) => depth[letter]),
    size,
    least,
  );
  const all = String.fromCharCode(...result);
  return rows.map((_, k) => all.slice(k * size.width, (k + 1) * size.width));
}

const depth = { r: 0.1, c: 0.5, p: 0.9 };

describe('outlines', () => {
  test('have no holes: what is seen through a thing is part of it, whatever its size', () => {
    const rows = ['rrrrrr', 'rccccr', 'rcrrcr', 'rccccr', 'rrrrrr'];
    const filled = ['rrrrrr', 'rccccr', 'rccccr', 'rccccr', 'rrrrrr'];
    expect(letters(rows, depth, 0)).toEqual(filled);
    // Open at a side, it is no hole.
    const open = ['rrrrrr', 'rccccr', 'rcrrrr', 'rccccr', 'rrrrrr'];
    expect(letters(open, depth, 0)).toEqual(open);
  });

  test('keep what stands in front of a thing, unless it is small', () => {
    const rows = ['cccc', 'cppc', 'cccc'];
    expect(letters(rows, depth, 2)).toEqual(rows);
    expect(letters(rows, depth, 3)).toEqual(['cccc', 'cccc', 'cccc']);
  });

  test('give small regions to the nearest thing beside them', () => {
    // The single r touches p (0.9) and c (0.5); the two of the left corner stay.
    expect(letters(['rrccrpp', 'rrccppp'], depth, 2)).toEqual(['rrccppp', 'rrccppp']);
    // Two regions of one pixel: the c becomes part of the r or the r of the c, and both of the p in the end.
    expect(letters(['crpppp'], depth, 3)).toEqual(['pppppp']);
  });

  test('leave no region below the least but of a picture that is smaller', () => {
    const random = randomStream('outlines');
    const size = { height: 24, width: 32 };
    for (let k = 0; k < 20; k++) {
      const values = Uint16Array.from({ length: 24 * 32 }, () => 1 + Math.floor(4 * random()));
      const nearness = Float32Array.from(values, () => random());
      const least = 1 + Math.floor(30 * random());
      const lines = outlined(values, nearness, size, least);
      const { labels, count } = connectedComponents(lines, size.height, size.width);
      const areas = new Uint32Array(count);
      for (const label of labels) areas[label]++;
      expect(Math.min(...areas)).toBeGreaterThanOrEqual(least);
    }
    expect(letters(['c'], depth, 9)).toEqual(['c']);
  });
});
