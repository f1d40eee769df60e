import { expect, test } from '@jest/globals';
import { dotChart } from '@scene-mtl/eval';
import { profiles } from '../src/config/profiles.ts';
import type { Artefacts } from '../src/experiment/item.ts';
import { smallPng } from '../src/measure/small-png.ts';
import { resultsFiles } from '../src/results/files.ts';
import type { ResultsGroup } from '../src/results/group.ts';
import { legendOf, places } from '../src/results/sheet.ts';

const png = await smallPng({ height: 2, width: 3, data: new Uint8Array(18).fill(7) });
const strip = (title: string) => ({
  title,
  panels: ['photo', 'classes, truth', 'classes, prediction'].map((name) => ({
    ...{ name, alt: name, png },
  })),
});

const artefacts: Artefacts = {
  lead: 'What *happened*.',
  tables: [
    {
      name: 'a',
      table: {
        title: 'Made',
        corner: 'row',
        columns: [{ name: 'x' }],
        rows: [{ header: 'r', cells: [{ value: null }] }],
      },
    },
  ],
  figures: [
    {
      name: 'dots',
      spec: dotChart({
        ...{ title: 't', label: 'x', rows: ['r'] },
        series: [{ name: 's', dots: [{ row: 'r', value: 1 }] }],
      }),
      caption: 'Dots.',
      description: 'One dot at 1.',
    },
  ],
  strips: ['one', 'two', 'three', 'four'].map(strip),
  verdicts: [
    { claim: 'A holds', source: 'Table 1', judgement: 'reproduced', evidence: '1 | 2' },
    { claim: 'B holds', source: 'Figure 2', judgement: 'cannot tell', evidence: 'one seed' },
  ],
};

const group = (profile: 'quick' | 'standard', run: boolean): ResultsGroup => ({
  profile,
  config: profiles[profile],
  data: { name: 'street', frames: { train: 12, val: 4 } },
  items: [
    {
      ...{
        name: 'table1',
        title: 'Table 1',
        command: `npm run replicate -- table1 --profile ${profile}`,
      },
      artefacts,
    },
    {
      ...{ name: 'figure9', title: 'Figure 9', command: `npm run replicate -- figure9` },
      ...(run && { artefacts: { ...artefacts, strips: [], figures: [], verdicts: [] } }),
    },
  ],
  environments: [
    { processor: 'b', commit: '1' },
    { processor: 'a', commit: '1' },
  ],
});

const groups = [group('standard', true), group('quick', false)];
const files = await resultsFiles(groups);
const content = (path: string): string => {
  const file = files.find((f) => f.path === path);
  return String(file?.content);
};
const markdown = content('RESULTS.md');

test('headings in order: reading, verdicts, what was run, then each group with its conditions', () => {
  const { steps } = profiles.standard.training;
  const quick = profiles.quick;
  expect(markdown.match(/^#+ .*$/gm)).toEqual([
    '# Results',
    '## How to read this',
    '## Verdicts',
    '## What was run',
    `## standard / street: 128×256 px, ${steps} steps, seeds 1, 2, 3`,
    '### Table 1 (standard / street)',
    '### Figure 9 (standard / street)',
    `## quick / street: 64×128 px, ${quick.training.steps} steps, seed 1`,
    '### Table 1 (quick / street)',
    '### Figure 9 (quick / street)',
  ]);
});

test('a claim is printed once, with the verdict of every group', () => {
  expect(markdown).toContain(
    [
      '| Claim | Source | Group | Verdict | Evidence |',
      '| --- | --- | --- | --- | --- |',
      '| A holds | Table 1 | standard / street | reproduced | 1 \\| 2 |',
      '|  |  | quick / street | reproduced | 1 \\| 2 |',
      '| B holds | Figure 2 | standard / street | cannot tell | one seed |',
    ].join('\n'),
  );
});

test('what was not run is a dash, beside the verdicts of what was', () => {
  expect(markdown).toContain(
    '| Table 1 | 1 reproduced, 1 cannot tell | 1 reproduced, 1 cannot tell |',
  );
  expect(markdown).toContain('| Figure 9 | run | – |');
  expect(markdown).toContain('– not run; the command would be');
});

test('every linked picture is written, and nothing else', () => {
  const linked = [...markdown.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path]) => path);
  const written = files.map(({ path }) => path).filter((path) => /svg|png$/.test(path));
  expect(linked.sort()).toEqual(written.sort());
  // Per group one chart and three of the four frames.
  expect(written).toHaveLength(8);
  expect(markdown).toContain('1 more frame is in');
  expect(content('results/figures/quick-street-table1-dots.svg')).not.toContain('currentColor');
});

test('machines and commits are listed once, in alphabetical order', () => {
  expect(markdown).toContain('- processor: a; b\n- commit: 1\n');
});

test('the report is one file with a section per group, and the same bytes again', async () => {
  const html = content('results/report.html');
  expect(html).toContain('<section id="quick-street"');
  expect(html).toContain('<article id="standard-street-figure9"');
  expect(html).not.toMatch(/<script|src="(?!data:)/);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await resultsFiles(groups)).toEqual(files);
});

test('sheets have a column per quantity, and rows of four where names tell of none', () => {
  expect(places(['photo', 'classes, truth', 'classes, error', 'disparity, truth'])).toEqual([
    ...[
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 0],
    ],
  ]);
  expect(places(['a', 'b', 'c', 'd', 'e'])[4]).toEqual([0, 1]);
});

test('quantities that would leave much of a sheet empty are laid in reading order, and named so', () => {
  const ragged = ['photo', ...['a', 'b', 'c', 'd', 'e', 'f'].map((m) => `objects, ${m}`)];
  // Two columns of up to six would have 12 places for 7 pictures, more than 1.5 each.
  expect(places(ragged)).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
    [0, 1],
    [1, 1],
    [2, 1],
  ]);
  expect(legendOf(strip('x'))).toBe('photo · classes, truth · classes, prediction');
});
