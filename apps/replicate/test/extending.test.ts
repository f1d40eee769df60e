import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DOCUMENT, drillSizes, withSizes } from '../scripts/drill-sizes.ts';

test.each(drillSizes().map((size) => [size.title, size] as const))(
  '%s is no larger than it may be',
  (_title, { files, lines, elsewhere, most }) => {
    expect(files).toBeGreaterThan(0);
    expect(elsewhere).toBeGreaterThan(0);
    expect(lines).toBeLessThanOrEqual(most[0]);
    expect(elsewhere).toBeLessThanOrEqual(most[1]);
  },
);

test('docs/extending.md states the sizes of now (npm run docs:drills writes them)', () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  expect(text).toContain('<!-- sizes -->');
  expect(withSizes(text)).toBe(text);
});
