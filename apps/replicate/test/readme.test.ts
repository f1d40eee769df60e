import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));

const [readme, summary, results] = await Promise.all(
  ['README.md', 'RESULTS.md', 'results/table1.md'].map((name) =>
    readFile(`${root}/${name}`, 'utf8'),
  ),
);

test('README’s example compiles a step and fits w to 3', async () => {
  const code = /```ts\n([^]*?)```/.exec(readme)?.[1];
  expect(code).toBeDefined();
  const program = `${code};\nconsole.log(w.dataSync()[0]);`;
  const args = [tsx, '--conditions=@scene-mtl/source', '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  // 50 steps of w ← w − 0.1 · 2(w − 3) from 0: 3 · (1 − 0.8⁵⁰) = 2.99996.
  expect(Number(stdout.trim().split('\n').at(-1))).toBeCloseTo(2.99996, 4);
});

/** Cells of the lines of the first table after a place in a text, without emphasis and published numbers. */
function tableAfter(text: string, place: string): string[][] {
  const table = /^\|.*\n\|[ :|-]+\n((?:\|.*\n)+)/m.exec(text.slice(text.indexOf(place)))?.[1] ?? '';
  const bare = (cell: string) => cell.replace(/\*\*| *_\([^)]*†\)_/g, '').trim();
  return table
    .trim()
    .split('\n')
    .map((line) => line.split('|').slice(1, -1).map(bare));
}

test('RESULTS.md can be read in one go', () => {
  expect(summary.split('\n').length).toBeLessThanOrEqual(150);
});

test('README’s table is that of RESULTS.md, and no two rows have one name', () => {
  const stated = tableAfter(readme, '## Results');
  // Loss, semantic IoU, instance mean error, inverse depth mean error.
  const shown = tableAfter(summary, '## Table 1');
  expect(stated).toHaveLength(10);
  expect(stated).toEqual(shown.map((cells) => [0, 4, 5, 7].map((column) => cells[column])));
  expect(new Set(stated.map(([name]) => name)).size).toBe(stated.length);
});

test('README’s table of photographs is that of results/table1.md', () => {
  const stated = tableAfter(readme, 'Photographs,');
  const group = results.slice(
    results.indexOf('<a id="camvid-camvid-imagenet-weights-table1"></a>'),
  );
  const shown = tableAfter(group, '**camvid test split, beside published networks**');
  const ours = shown.flatMap(([network, ...rest]) => {
    const loss = /^Ours: (.*)/.exec(network)?.[1];
    return loss === undefined ? [] : [[loss, ...rest]];
  });
  expect(stated).toHaveLength(5);
  // Loss, IoU at 360×480, instance mean error.
  expect(stated).toEqual(ours.map((cells) => [0, 4, 7].map((column) => cells[column])));
});
