import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import {
  bandOverSeeds,
  columnChart,
  dotChart,
  lineChart,
  renderPng,
  renderSvg,
  seriesColours,
  weightGridChart,
  type Table,
  type WeightGridPoint,
} from '../src/index.ts';

const curves = [
  bandOverSeeds('semantic', [
    [
      { x: 0, y: 2 },
      { x: 10, y: 1 },
    ],
    [
      { x: 0, y: 4 },
      { x: 10, y: 0.5 },
    ],
  ]),
  bandOverSeeds('depth', [
    [
      { x: 0, y: 100 },
      { x: 10, y: 10 },
    ],
  ]),
];
const sigma = lineChart({
  title: 'Noise',
  x: { label: 'step' },
  y: { label: 'σ²', log: true },
  curves,
});

/** Fields of a specification that only some layers have. */
type Loose = Record<string, never> & {
  layer: Loose[];
  data: { values: Record<string, unknown>[] };
};
const loose = (spec: unknown) => spec as Loose;

describe('bandOverSeeds', () => {
  test('gives the mean and the range over seeds, and no band for one seed', () => {
    expect(curves[0].points).toEqual([
      { x: 0, y: 3, low: 2, high: 4 },
      { x: 10, y: 0.75, low: 0.5, high: 1 },
    ]);
    expect(curves[1].points[0]).toEqual({ x: 0, y: 100 });
  });

  test('sorts by x and leaves out values that are not finite', () => {
    const { points } = bandOverSeeds('a', [
      [
        { x: 2, y: 1 },
        { x: 1, y: NaN },
      ],
      [{ x: 1, y: 5 }],
    ]);
    expect(points).toEqual([
      { x: 1, y: 5, low: 5, high: 5 },
      { x: 2, y: 1, low: 1, high: 1 },
    ]);
  });
});

describe('lineChart', () => {
  test('is plain JSON with one row per point', () => {
    expect(JSON.parse(JSON.stringify(sigma))).toEqual(sigma);
    expect(loose(sigma).data.values).toHaveLength(4);
    expect(loose(sigma).data.values[0]).toEqual({ curve: 'semantic', x: 0, y: 3, low: 2, high: 4 });
    expect(loose(sigma).layer).toHaveLength(2);
  });

  test('breaks a curve where a logarithm does not exist', () => {
    const spec = lineChart({
      title: 't',
      x: { label: 'x' },
      y: { label: 'y', log: true },
      curves: [
        {
          name: 'a',
          points: [
            { x: 1, y: 0 },
            { x: 2, y: 3, low: -1, high: 4 },
          ],
        },
      ],
    });
    const values = loose(spec).data.values;
    expect(values[0].y).toBeNull();
    expect(values[1]).toMatchObject({ y: 3, low: null, high: null });
  });

  test('refuses charts nobody could read', () => {
    const chart = { title: 'c', x: { label: '' }, y: { label: '' } };
    const curve = (name: string) => ({ name, points: [] });
    expect(() => lineChart({ ...chart, curves: [] })).toThrow('1 … 8 curves, got 0');
    const nine = Array.from({ length: 9 }, (_, k) => curve(String(k)));
    expect(() => lineChart({ ...chart, curves: nine })).toThrow('got 9');
    expect(() => lineChart({ ...chart, curves: [curve('a'), curve('a')] })).toThrow('must differ');
  });
});

describe('weightGridChart', () => {
  const points: WeightGridPoint[] = [
    { weight: 1, left: null, right: 0.64 },
    { weight: 0, left: 59.4, right: null, leftSd: 1 },
    { weight: 0.15, left: 60.4, right: 0.582, leftSd: 0.5, rightSd: 0.01 },
  ];
  const chart = {
    title: 'Grid',
    weightLabel: 'depth weight',
    left: { label: 'IoU (%)', better: 'higher' },
    right: { label: 'error (px)', better: 'lower' },
    points,
  } as const;

  test('draws both axes independently, errors upside down, points by weight', () => {
    const spec = loose(weightGridChart({ ...chart, learned: { left: 62.7, right: 0.533 } }));
    expect(spec.resolve).toEqual({ scale: { y: 'independent' } });
    const [left, right] = spec.layer;
    expect(left.data.values.map((v) => v.weight)).toEqual([0, 0.15, 1]);
    expect(left.data.values[1]).toMatchObject({ value: 60.4, low: 59.9, high: 60.9 });
    const reversed = (side: Loose) => JSON.stringify(side).includes('"reverse":true');
    expect([reversed(left), reversed(right)]).toEqual([false, true]);
    // The level of the learned weights is a layer of its own on each side.
    expect(JSON.stringify(left)).toContain('[{"value":62.7}]');
    expect(JSON.stringify(right)).toContain('[{"value":0.533}]');
    expect(spec.title).toEqual({
      text: 'Grid',
      subtitle: 'Up is better on both axes; dotted lines: learned weights',
    });
    expect(loose(weightGridChart(chart)).title).toEqual({
      text: 'Grid',
      subtitle: 'Up is better on both axes',
    });
  });

  test('refuses weights outside 0 … 1 and a grid without numbers', () => {
    const wrong = [{ weight: 1.2, left: 1, right: 1 }];
    expect(() => weightGridChart({ ...chart, points: wrong })).toThrow('0 … 1, got 1.2');
    expect(() => weightGridChart({ ...chart, points: [] })).toThrow('nothing to draw');
  });
});

describe('renderSvg', () => {
  test('gives one named image with ids of its own, the same bytes each time', async () => {
    const name = { id: 'noise', description: 'Noise of <two> tasks' };
    const svg = await renderSvg(sigma, name);
    expect(await renderSvg(sigma, name)).toBe(svg);
    expect(svg).toContain('role="img" aria-labelledby="noise-title" aria-describedby="noise-desc"');
    // Its parts are no images of their own, which would lack a name.
    expect(svg.match(/ (?:role|aria-\w+)=/g)).toHaveLength(3);
    expect(svg).toContain('<title id="noise-title">Noise of &lt;two&gt; tasks</title>');
    const ids = [...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.every((id) => id.startsWith('noise-'))).toBe(true);
    for (const [, target] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(target);
    // Follows the colour scheme of the page.
    expect(svg).toContain('currentColor');
    expect(svg).toContain(seriesColours[0]);
  });

  test('refuses a specification vega-lite would draw with guesses, and odd ids', async () => {
    const bad = { ...sigma, encoding: { nonsense: { field: 'x' } } } as unknown as typeof sigma;
    await expect(renderSvg(bad, { id: 'a', description: '' })).rejects.toThrow('renderSvg "a"');
    await expect(renderSvg(sigma, { id: '1 2', description: '' })).rejects.toThrow('id must be');
  });
});

describe('what a chart shows, in words', () => {
  const description = (spec: unknown) => (spec as { description: string }).description;
  const points = (...ys: number[]) => ys.map((y, i) => ({ x: 10 * i, y }));
  const axes = { title: 't', x: { label: 'step' }, y: { label: 'loss' } };

  test('of curves the course of each, and which ends highest and lowest', () => {
    const curves = [
      { name: 'equal', points: points(4, 2, 1) },
      { name: 'learned', points: points(4, 9.1234, -0.5) },
      { name: 'none', points: [{ x: 0, y: NaN }] },
    ];
    expect(description(lineChart({ ...axes, curves }))).toBe(
      'loss, over step 0 to 20: equal 4 to 1; learned 4 to −0.5 (highest 9.12 at 10); none no values. ' +
        'At the end highest equal (1), lowest learned (−0.5).',
    );
    const lone = [{ name: 'a', points: points(3, 0, 2) }];
    expect(description(lineChart({ ...axes, y: { label: 'σ²', log: true }, curves: lone }))).toBe(
      // 0 has no logarithm and is not drawn.
      'σ², over step 0 to 20: a 3 to 2.',
    );
    const empty = [{ name: 'a', points: [] }];
    expect(description(lineChart({ ...axes, curves: empty }))).toBe('loss: no values.');
  });

  test('of dots the highest and the lowest row of each series', () => {
    const dots = (...values: number[]) => values.map((value, i) => ({ row: 'abc'[i], value }));
    const chart = { title: 't', label: 'IoU (%)', rows: ['a', 'b', 'c'] };
    const one = dotChart({ ...chart, series: [{ name: 's', dots: dots(1, 3, 2) }] });
    expect(description(one)).toBe('IoU (%): highest b (3), lowest a (1).');
    const two = [
      { name: 's', dots: dots(0.00001, 2) },
      { name: 't', dots: dots(5, 5) },
      { name: 'u', dots: dots(7) },
    ];
    expect(description(dotChart({ ...chart, series: two }))).toBe(
      'IoU (%): s: highest b (2), lowest a (1.00e−5); t: all 5; u: a 7.',
    );
  });

  test('of a grid of weights the best one, and whether learned weights are better', () => {
    const grid = {
      ...{ title: 't', weightLabel: 'w' },
      left: { label: 'IoU (%)', better: 'higher' },
      right: { label: 'error (px)', better: 'lower' },
      points: [
        { weight: 0.25, left: 60, right: 0.6 },
        { weight: 0.5, left: 59, right: 0.5 },
      ],
    } as const;
    expect(description(weightGridChart({ ...grid, learned: { left: 61, right: 0.55 } }))).toBe(
      'IoU (%): best fixed weight 0.25, with 60; learned weights better, with 61. ' +
        'error (px): best fixed weight 0.5, with 0.5; learned weights worse, with 0.55.',
    );
    expect(description(weightGridChart(grid))).toBe(
      'IoU (%): best fixed weight 0.25, with 60. error (px): best fixed weight 0.5, with 0.5.',
    );
  });

  test('stands in the picture, where a screen reader finds it', async () => {
    const spec = lineChart({ ...axes, curves: [{ name: '<a>', points: points(2, 1) }] });
    expect(await renderSvg(spec, { id: 'c', description: 'Loss' })).toContain(
      '<title id="c-title">Loss</title><desc id="c-desc">loss, over step 0 to 10: &lt;a&gt; 2 to 1.</desc>',
    );
  });
});

describe('columnChart', () => {
  const table: Table = {
    ...{ title: 't', corner: 'Loss' },
    columns: [{ name: 'weight' }, { name: 'IoU', unit: '%', better: 'higher' }],
    rows: [
      { header: 'trivial', cells: [null, { value: 2 }], reference: true },
      { header: 'equal', cells: ['1', { value: 31, published: 50 }] },
      { header: 'learned', cells: ['✓', { value: 45, sd: 2 }] },
      { header: 'later', cells: ['✓', { value: null }] },
    ],
  };

  test('has a dot for each of its own measured rows, with its spread', () => {
    const spec = loose(columnChart(table, 1));
    expect(spec.data.values).toEqual([
      { series: 'IoU', k: 0, row: 'equal', value: 31, low: null, high: null },
      { series: 'IoU', k: 0, row: 'learned', value: 45, low: 43, high: 47 },
    ]);
    expect(spec.title).toBe('IoU, higher is better');
  });

  test('is none where there is nothing to compare', () => {
    expect(columnChart(table, 0)).toBeUndefined();
    expect(columnChart({ ...table, rows: table.rows.slice(0, 2) }, 1)).toBeUndefined();
  });
});

describe('renderPng', () => {
  test('draws dark lines on white at twice the size', async () => {
    const svg = await renderSvg(sigma, { id: 'a', description: '' });
    const [, width] = /width="(\d+)/.exec(svg) ?? [];
    const image = sharp(await renderPng(svg));
    const { width: drawn, hasAlpha } = await image.metadata();
    expect(drawn).toBe(2 * Number(width));
    expect(hasAlpha).toBe(false);
    const { data } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect(data.reduce((a, b) => Math.min(a, b))).toBeLessThan(60);
  });
});

describe('seriesColours', () => {
  // Relative luminance and contrast of WCAG 2.2.
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (hi + 0.05) / (lo + 0.05);
  };

  test.each([...seriesColours])('%s stands out 3:1 from the light and the dark page', (colour) => {
    expect(contrast(colour, '#ffffff')).toBeGreaterThanOrEqual(3);
    expect(contrast(colour, '#14171c')).toBeGreaterThanOrEqual(3);
  });
});

describe('dotChart', () => {
  const chart = {
    title: 'Dots',
    label: 'r',
    rows: ['a', 'b'],
    series: [
      { name: 'one', dots: [{ row: 'a', value: 0.5, low: 0.4, high: 0.6 }] },
      { name: 'two', dots: [{ row: 'b', value: -0.1 }] },
    ],
  };

  test('draws a dot per value and a line only where an interval is known', async () => {
    const values = loose(dotChart(chart)).data.values;
    expect(values.map(({ row, value, low }) => [row, value, low])).toEqual([
      ['a', 0.5, 0.4],
      ['b', -0.1, null],
    ]);
    const svg = await renderSvg(dotChart(chart), { id: 'dots', description: 'Two dots' });
    // One symbol per dot, one per entry of the legend.
    expect(svg).toContain('one');
    expect(svg.match(/<line[^>]*stroke-width="2"/g)).toHaveLength(1);
  });

  test('on a logarithmic axis leaves out what is not positive', async () => {
    const spec = dotChart({ ...chart, log: true });
    expect(loose(spec).data.values.map(({ row }) => row)).toEqual(['a']);
    // vega-lite refuses, with an error, a scale that does not fit its values.
    await expect(renderSvg(spec, { id: 'log', description: 'One dot' })).resolves.toContain('<svg');
  });

  test('refuses a dot in an unknown row, and a chart without dots', () => {
    const stray = [{ name: 's', dots: [{ row: 'c', value: 1 }] }];
    expect(() => dotChart({ ...chart, series: stray })).toThrow('the row c');
    expect(() => dotChart({ ...chart, series: [] })).toThrow('0 dots');
  });
});
