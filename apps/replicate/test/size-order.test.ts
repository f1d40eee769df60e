import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { size, upright } from '../src/commands/data/arguments.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Texts that people read: sources with their messages and help, and pages. */
async function texts(): Promise<{ path: string; text: string }[]> {
  const places = ['packages', 'apps', 'bench', 'docs', 'results'];
  const found = await Promise.all(
    places.map(async (place) =>
      (await readdir(join(root, place), { recursive: true })).map((path) => join(place, path)),
    ),
  );
  const read = found
    .flat()
    .filter((path) => /\.(ts|md)$/.test(path) && !/node_modules|[/\\](dist|test)[/\\]/.test(path));
  return Promise.all(
    ['README.md', 'RESULTS.md', 'CONTRIBUTING.md', ...read].map(async (path) => ({
      path,
      text: await readFile(join(root, path), 'utf8'),
    })),
  );
}

/** Sizes of pictures with the longer side first; pictures of streets are wider than high. */
const widthFirst = (text: string): string[] =>
  [...text.matchAll(/(?<![\w.])(\d{2,5}) ?[x×] ?(\d{1,5})(?![\w.]*\d)/g)]
    .filter(([, a, b]) => Number(a) >= 16 && Number(b) >= 8 && Number(a) > Number(b))
    .map(([found]) => found)
    .concat(text.match(/\bwidth\} ?[x×] ?\$\{[\w.]*height\}|WIDTHxHEIGHT|<WxH>/g) ?? []);

test('a size is height × width wherever one can read it', async () => {
  expect(widthFirst('of 2048×1024 px, `${a.width} × ${a.height}`, 128×256')).toHaveLength(2);
  const read = await texts();
  expect(read.length).toBeGreaterThan(300);
  const wrong = read.flatMap(({ path, text }) =>
    // Names of folders of before sizes were turned.
    path.endsWith('migrate-runs.ts') ? [] : widthFirst(text).map((found) => `${path}: ${found}`),
  );
  expect(wrong).toEqual([]);
});

test('--size is height × width, and says so where that may be a mistake', () => {
  expect(size('128x256')).toEqual({ height: 128, width: 256 });
  expect(upright(size('128x256'))).toBeUndefined();
  expect(upright(size('256x128'))).toBe(
    'note: --size 256x128 is 256 px high and 128 px wide; the order is HEIGHTxWIDTH',
  );
  expect(() => size('256')).toThrow(
    'expected HEIGHTxWIDTH in px, from 8x8 to 8192x8192, such as 128x256.',
  );
  expect(() => size('4x8')).toThrow('HEIGHTxWIDTH');
});
