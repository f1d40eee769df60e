import { expect, test } from '@jest/globals';
import { dotChart } from '@scene-mtl/eval';
import type { Artefacts } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { smallPng } from '../src/measure/small-png.ts';
import { resultsFiles } from '../src/results/files.ts';
import type { ResultsGroup } from '../src/results/group.ts';
import { itemNames } from '../src/results/sections.ts';
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
    { claim: 'C holds', source: 'Figure 2', judgement: 'not run', evidence: '' },
  ],
};

const group = (profile: 'quick' | 'standard', run: boolean): ResultsGroup => ({
  profile,
  config: profiles[profile],
  data: { name: 'street', frames: { train: 12, val: 4 } },
  flags: `--profile ${profile}`,
  items: [
    { ...{ name: 'table1', title: 'Table 1', typed: 'table1' }, artefacts },
    {
      ...{ name: 'figure9', title: 'Figure 9', typed: 'figure9' },
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

test('headings in order: summary, verdicts, reading, then each item, the larger profile first', () => {
  const { steps } = profiles.standard.training;
  const standard = `### standard / street: 128×256 px, ${steps} steps, seeds 1, 2, 3`;
  const quick = `### quick / street: 64×128 px, ${profiles.quick.training.steps} steps, seed 1`;
  expect(markdown.match(/^#+ .*$/gm)).toEqual([
    ...['# Results', '## Summary', '## Verdicts', '### Not run', '## How to read this'],
    ...['## Table 1', standard, quick],
    ...['## Figure 9', standard],
    ...['## Conditions and machines', '### standard / street', '### quick / street'],
  ]);
});

test('a claim is printed once, with the verdict of every group that has its runs', () => {
  expect(markdown).toContain(
    [
      '| Claim | Group | Verdict | Evidence |',
      '| --- | --- | --- | --- |',
      '| A holds<br>_Table 1_ | standard / street | **reproduced** | 1 \\| 2 |',
      '|  | quick / street | **reproduced** | 1 \\| 2 |',
      '| B holds<br>_Figure 2_ | standard / street | **cannot tell** | one seed |',
      '|  | quick / street | **cannot tell** | one seed |',
      '',
    ].join('\n'),
  );
});

test('what was not run stands below the verdicts, in a line per group with its command', () => {
  expect(markdown).not.toContain('C holds');
  expect(markdown).toContain(
    [
      '- Not run at standard / street: table1 (1 of 3 claims). Command: `npm run replicate -- ITEM --profile standard`',
      '- Not run at quick / street: table1 (1 of 3 claims), figure9. Command: `npm run replicate -- ITEM --profile quick`',
    ].join('\n'),
  );
});

test('the summary says what was run on what, and links to what came of it', () => {
  const street = 'street, 12 training and 4 validation frames';
  expect(markdown).toContain(
    `| [quick / street](#quick-street) | ${street} | 64×128 px | 600 | 1 | 1 |`,
  );
  const counts = '1 reproduced, 1 cannot tell, 1 not run';
  expect(markdown).toContain(
    `| [Table 1](#table1) | [${counts}](#standard-street-table1) | [${counts}](#quick-street-table1) |`,
  );
  expect(markdown).toContain('| [Figure 9](#figure9) | [run](#standard-street-figure9) | – |');
  const anchors = [...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
  const links = [...markdown.matchAll(/\]\(#([^)]+)\)/g)].map(([, id]) => id);
  expect(new Set(anchors).size).toBe(anchors.length);
  expect(links.filter((id) => !anchors.includes(id))).toEqual([]);
});

test('an item of one group alone keeps its place among the others', () => {
  const named = (...names: string[]): ResultsGroup => ({
    ...group('quick', false),
    items: names.map((name) => ({ name, title: name, typed: name })),
  });
  expect(itemNames([named('a', 'c'), named('a', 'a-tuned', 'c', 'd'), named('b')])).toEqual([
    ...['b', 'a', 'a-tuned', 'c', 'd'],
  ]);
  expect(itemNames([])).toEqual([]);
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
  expect(markdown).toContain('- processor: a; b\n');
  expect(markdown).toContain('- commit: 1\n');
});

test('the report is one file with a section per item, and the same bytes again', async () => {
  const html = content('results/report.html');
  expect(html).toContain('<section id="table1"');
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
