import { expect, test } from '@jest/globals';
import { pathChart, renderSvg, type PathChart } from '../src/index.ts';

const chart = (changes: Partial<PathChart> = {}): PathChart => ({
  title: 'Paths',
  x: { label: 'first' },
  y: { label: 'second' },
  front: [
    { x: 0, y: 1 },
    { x: 1, y: 0 },
  ],
  panels: [
    {
      name: 'equal',
      paths: [
        [
          { x: 2, y: 2 },
          { x: 1, y: NaN },
          { x: 0, y: 0 },
        ],
      ],
    },
    { name: 'mgda', paths: [] },
  ],
  ...changes,
});

const valuesOf = (spec: object) =>
  (spec as { data: { values: { panel: string; path: string }[] } }).data.values;

test('each panel has the front; a path ends before its first point that is not finite', () => {
  const values = valuesOf(pathChart(chart()));
  const of = (panel: string, path: string) =>
    values.filter((value) => value.panel === panel && value.path === path).length;
  expect([of('equal', 'front'), of('equal', '1')]).toEqual([2, 1]);
  expect([of('mgda', 'front'), of('mgda', '1')]).toEqual([2, 0]);
});

test('is drawn, with a window too, one small chart a panel', async () => {
  const window = { x: [-1, 2], y: [-1, 3] } as const;
  for (const changes of [{}, { window }]) {
    const svg = await renderSvg(pathChart(chart(changes)), { id: 'p', description: 'Paths' });
    for (const name of ['equal', 'mgda']) expect(svg).toContain(`>${name}</text>`);
  }
});

test('panels of one name, or none, are refused', () => {
  const twice = [
    { name: 'a', paths: [] },
    { name: 'a', paths: [] },
  ];
  for (const panels of [twice, []]) {
    expect(() => pathChart(chart({ panels }))).toThrow('expected panels of different names');
  }
});
