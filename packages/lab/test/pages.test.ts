import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { dotChart, type Rgb, type Table } from '@scene-mtl/eval';
import {
  experimentNames,
  firstPart,
  legendOf,
  places,
  resultsFiles,
  resultsHtml,
  SHOWN_FRAMES,
  writeOwn,
  writePage,
  WRITTEN,
  type Artefacts,
  type PictureCodec,
  type ResultsGroup,
  type ResultsTexts,
} from '@scene-mtl/lab';

/** Pictures as JSON in place of PNG: what a grid shows can be read from its bytes. */
const codec: PictureCodec = {
  read: (bytes) => {
    const { height, width, data } = JSON.parse(Buffer.from(bytes).toString()) as Rgb;
    return Promise.resolve({ height, width, data: Uint8Array.from(Object.values(data)) });
  },
  write: (picture) => Promise.resolve(Buffer.from(JSON.stringify(picture))),
};

const png = await codec.write({ height: 2, width: 3, data: new Uint8Array(18).fill(7) });
const grid = (title: string) => ({
  title,
  tiles: ['photo', 'classes, truth', 'classes, prediction'].map((name) => ({
    ...{ name, alt: name, png },
  })),
});

const figure = (name: string): Artefacts['figures'][number] => ({
  name,
  spec: dotChart({
    ...{ title: 't', label: 'x', rows: ['r'] },
    series: [{ name: 's', dots: [{ row: 'r', value: 1 }] }],
  }),
  caption: `Dots ${name}.`,
  description: 'One dot at 1.',
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
        rows: [{ header: 'r', cells: [{ value: 0.5 }] }],
      },
    },
  ],
  figures: ['one', 'two', 'three'].map(figure),
  grids: ['one', 'two', 'three', 'four'].map(grid),
  verdicts: [
    { claim: 'A holds', source: 'Table 1', judgement: 'reproduced', evidence: '1 | 2; 3' },
    { claim: 'B holds', source: 'Figure 2', judgement: 'cannot tell', evidence: 'one seed' },
    { claim: 'C holds', source: 'Figure 2', judgement: 'not run', evidence: '' },
  ],
};

const runWith = (name: string, seeds: number) => ({
  ...{ seeds, heading: `${name}: ${seeds} seeds`, flags: `--profile ${name} seeds ${seeds}` },
});

const group = (name: string, seeds: number, run: boolean): ResultsGroup => ({
  ...{ name, heading: `${name}: ${seeds} seeds`, flags: `--profile ${name}` },
  overview: { Data: 'street', Seeds: String(seeds) },
  conditions: { rate: '0.1' },
  experiments: [
    {
      ...{ name: 'table1', title: 'Table 1', typed: 'table1' },
      ...runWith(name, seeds),
      artefacts,
    },
    {
      ...{ name: 'figure9', title: 'Figure 9', typed: 'figure9' },
      ...runWith(name, seeds),
      ...(run && {
        artefacts: { ...artefacts, grids: [], figures: [], verdicts: [] },
      }),
    },
  ],
  environments: [
    { processor: 'b', commit: '1' },
    { processor: 'a', commit: '1' },
  ],
});

const texts: ResultsTexts = {
  ...{ subject: 'A paper.', asked: ['Whether A holds.'], howToRead: ['A dash: not run.'] },
  remarks: [{ heading: 'What was hard', points: ['[All](results/table1.md) of it.'] }],
  ...{ notRunLead: 'Not run:', program: 'run', main: 'table1' },
};

const groups = [group('standard', 1, true), group('quick', 3, false)];
const files = await resultsFiles(groups, texts, codec);
const content = (path: string): string => String(files.find((f) => f.path === path)?.content);
const summary = content('RESULTS.md');
const details = content('results/table1.md');
const allClaims = content('results/claims.md');

test('the summary asks, judges, says what was learned and how to read it, and shows the main table', () => {
  expect(summary.match(/^#+ .*$/gm)).toEqual([
    ...['# Results', '## What was asked', '## What came out', '## What was hard', '## Table 1'],
    ...['## How to read this', '## Details'],
  ]);
  expect(summary).toContain(
    '| Group of results | Data | Seeds | reproduced | not reproduced | no difference larger than δ | cannot tell | not measurable | not run |',
  );
  expect(summary).toContain('| standard | street | 1 | 1 | 0 | 0 | 1 | 0 | 1 |');
  expect(summary).toContain('\n- [All](results/table1.md) of it.\n');
  // The table of the group with most seeds.
  expect(summary).toContain('quick: 3 seeds; other groups in');
});

test('the summary has the first claim of each experiment: its mark, number and picture', () => {
  const picture = 'results/figures/standard-table1-one.svg';
  expect(/(\| Claim .*\n(?:\|.*\n)+)/.exec(summary)![1].trim().split('\n').slice(2)).toEqual([
    `| [A holds](results/table1.md) | ✓ | 1 \\| 2 _(quick)_ | <a href="${picture}"><img src="${picture}" width="160" alt="Table 1"></a> |`,
  ]);
});

test('a claim has one line: a verdict for each group, and the first number of that with most seeds', () => {
  const [, , first, second, ...rest] = /(\| Claim .*\n(?:\|.*\n)+)/
    .exec(allClaims)![1]
    .trim()
    .split('\n');
  expect(first).toBe('| [A holds](table1.md) | reproduced | reproduced | 1 \\| 2 _(quick)_ |');
  expect(second).toContain('| cannot tell | cannot tell | one seed _(quick)_ |');
  expect(rest).toEqual([]);
});

test('what would not stand among all verdicts of a group is marked, and counted', async () => {
  const verdict = (claim: string, p: number | undefined): Artefacts['verdicts'][number] => ({
    ...{ claim, source: 'Table 1', judgement: p === 1 ? 'cannot tell' : 'reproduced' },
    ...{ evidence: '1', ...(p !== undefined && { p }) },
  });
  // Five tests: 0.01 is held to 0.01, 0.02 to 0.02, 0.04 to 0.03.
  const verdicts = [
    ...[verdict('sure', 0.01), verdict('also', 0.02), verdict('by chance', 0.04)],
    ...[verdict('open', 1), verdict('also open', 1), verdict('counted', undefined)],
  ];
  const [first, ...others] = groups;
  const [experiment] = first.experiments;
  const many: ResultsGroup = {
    ...first,
    experiments: [{ ...experiment, artefacts: { ...artefacts, verdicts } }],
  };
  const made = await resultsFiles([many, ...others], texts, codec);
  const page = (path: string) => String(made.find((file) => file.path === path)?.content);
  const sentence =
    'at most 5 % are to be wrong (Benjamini & Hochberg 1995), so many would not stand, marked ‡: 1 of 3 at standard.';
  expect(page('RESULTS.md')).toContain(sentence);
  expect(page('results/claims.md')).toContain(sentence);
  expect(page('results/claims.md').match(/.*‡ \|.*/g)).toEqual([
    expect.stringContaining('[by chance](table1.md) | reproduced ‡ |'),
  ]);
  expect(page('results/table1.md').match(/.*‡ \|.*/g)).toEqual([
    expect.stringContaining('by chance _(Table 1)_ | **reproduced** ‡ |'),
  ]);
  const html = await resultsHtml([many, ...others], texts);
  expect(html).toContain('marked ‡: 1 of 3 at standard.');
  expect(html.match(/<dd>.*?‡ 1<\/dd>/g)).toHaveLength(1);
  // Where no verdict rests on tests nothing is said of them.
  expect(summary + allClaims).not.toContain('‡');
});

test('the first part of evidence ends at the first semicolon outside brackets', () => {
  expect(firstPart('a 1 (1 seed; over frames 2 … 3); b 2')).toBe('a 1 (1 seed; over frames 2 … 3)');
  expect(firstPart('a')).toBe('a');
});

test('what was not run stands in a line per group with its command', () => {
  expect(summary + allClaims).not.toContain('C holds');
  expect(allClaims).toContain(
    [
      '- Not run at standard: table1 (1 of 3 claims). Command: `run EXPERIMENT --profile standard`',
      '- Not run at quick: table1 (1 of 3 claims), figure9. Command: `run EXPERIMENT --profile quick`',
    ].join('\n'),
  );
});

test('a page has every group with its command, all evidence and all tables', () => {
  expect(details.match(/^#+ .*$/gm)).toEqual([
    '# Table 1',
    '## standard: 1 seeds',
    '## quick: 3 seeds',
  ]);
  expect(details).toContain('run table1 --profile quick');
  expect(details).toContain('| A holds _(Table 1)_ | **reproduced** | 1 \\| 2; 3 |');
  expect(details.match(/\*\*Made\*\*/g)).toHaveLength(2);
  expect(content('results/figure9.md')).toContain('What \\*happened\\*.');
});

test('every linked picture and page is written, and nothing else: few, of the best evidence', () => {
  const linked = files.flatMap(({ path, content: text }) => {
    if (!path.endsWith('.md')) return [];
    const folder = path.startsWith('results/') ? 'results/' : '';
    return [...String(text).matchAll(/\]\(([^)#]+)\)/g)].map(([, to]) =>
      to.startsWith('../') ? to.slice(3) : folder + to,
    );
  });
  expect([...new Set(linked)].sort()).toEqual(files.map(({ path }) => path).sort());
  const pictures = files.filter(({ path }) => /svg|png$/.test(path)).map(({ path }) => path);
  expect(pictures).toHaveLength(2 + SHOWN_FRAMES);
  expect(pictures.every((path) => path.includes('standard'))).toBe(true);
  expect(details).toContain('Not shown here: 1 chart and 2 frames; see `run report --html');
  expect(details).toContain('Not shown here: 3 charts and 4 frames');
  expect(content('results/figures/standard-table1-one.svg')).not.toContain('currentColor');
});

test('machines and commits are listed once, in alphabetical order', () => {
  expect(content('results/conditions.md')).toContain('- processor: a; b\n');
  expect(content('results/conditions.md')).toContain('- commit: 1\n');
});

test('the whole report is one file with a section per experiment; the same groups, the same bytes', async () => {
  const html = await resultsHtml(groups, texts);
  expect(html).toContain('<section class="group" id="table1"');
  expect(html).toContain('<article class="part" id="standard-figure9" data-group="standard"');
  expect(html).not.toMatch(/<script |src="(?!data:)/);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await resultsHtml(groups, texts)).toBe(html);
  expect(await resultsFiles(groups, texts, codec)).toEqual(files);
});

test('the whole report begins with the main experiment of the group with most seeds', async () => {
  const table: Table = {
    ...{ title: 'Made', corner: 'Loss', published: 'a paper', notes: ['a note'] },
    columns: [{ name: 'weight' }, { name: 'IoU', unit: '%', better: 'higher' }, { name: 'px' }],
    rows: [1, 2, 3].map((value) => ({
      header: `row ${value}`,
      cells: ['✓', { value, sd: 0.5, published: 9 }, { value }],
    })),
  };
  const made = [group('standard', 1, true), group('quick', 3, false)].map((one) => ({
    ...one,
    experiments: one.experiments.map((experiment) => ({
      ...experiment,
      ...(experiment.artefacts && {
        artefacts: { ...experiment.artefacts, tables: [{ name: 'a', table }] },
      }),
    })),
  }));
  const html = await resultsHtml(made, texts);
  const [, finding] = /<section id="finding"([^]*?)<\/section>/.exec(html) ?? [];
  expect(finding).toContain('quick: 3 seeds');
  expect(finding).toContain('✓</b> reproduced</span> A holds <span class="note">1 | 2</span>');
  expect(finding).toContain('?</b> cannot tell</span> B holds');
  expect(finding).not.toContain('C holds');
  expect(finding).toContain('All 2 verdicts of these runs');
  expect(finding).toContain('<a href="#quick-table1">Table 1 in full</a>');
  // Results before weights, without what only the full table explains; a chart of each result.
  expect(finding).toMatch(/<th scope="col">Loss<\/th><th scope="col">IoU/);
  expect(finding).not.toMatch(/†|a note/);
  expect(finding.match(/<svg /g)).toHaveLength(1);
  expect(finding).toContain(
    'IoU (%), mean ± standard deviation: highest row 3 (3), lowest row 1 (1).</desc>',
  );
  const without = await resultsHtml(made, { ...texts, main: 'nothing' });
  expect(without).not.toContain('id="finding"');
});

test('an experiment of one group alone keeps its place among the others', () => {
  const named = (...names: string[]): ResultsGroup => ({
    ...group('quick', 1, false),
    experiments: names.map((name) => ({ name, title: name, typed: name, ...runWith('quick', 1) })),
  });
  expect(experimentNames([named('a', 'c'), named('a', 'a-tuned', 'c', 'd'), named('b')])).toEqual([
    ...['b', 'a', 'a-tuned', 'c', 'd'],
  ]);
  expect(experimentNames([])).toEqual([]);
});

test('grids have a column per quantity, and rows of four where names tell of none', () => {
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

test('quantities that would leave much of a grid empty are laid in reading order, and named so', () => {
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
  expect(legendOf(grid('x'))).toBe('photo · classes, truth · classes, prediction');
});

test('only what was written before, and is as it was written, is replaced or deleted', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lab-written-'));
  const at = (path: string) => join(root, path);
  const page = (text: string) => [{ path: 'PAGE.md', content: text }];
  await writeOwn(root, [...page('1'), { path: 'results/figures/old.svg', content: '<svg/>' }]);
  await writeFile(at('results/figures/mine.svg'), 'mine');
  await writeOwn(root, page('2'));
  expect(await readFile(at('PAGE.md'), 'utf8')).toBe('2');
  expect(existsSync(at('results/figures/old.svg'))).toBe(false);
  expect(await readFile(at('results/figures/mine.svg'), 'utf8')).toBe('mine');

  await writeFile(at('PAGE.md'), 'changed by hand');
  await expect(writeOwn(root, page('3'))).rejects.toThrow(/PAGE\.md: not as this command wrote it/);
  await expect(writeOwn(root, [])).rejects.toThrow('--force');
  expect(await readFile(at('PAGE.md'), 'utf8')).toBe('changed by hand');
  await writeOwn(root, page('3'), true);
  expect(await readFile(at('PAGE.md'), 'utf8')).toBe('3');

  // Without the list nothing is known of the page, but one that is as it would be written is no loss.
  await rm(at(WRITTEN));
  await writeOwn(root, page('3'));
  await rm(at(WRITTEN));
  await expect(writeOwn(root, page('4'))).rejects.toThrow('--force');
});

test('a list of what was written names nothing outside of the folder', async () => {
  const root = join(await mkdtemp(join(tmpdir(), 'lab-written-')), 'pages');
  await writeOwn(root, [{ path: 'PAGE.md', content: '1' }]);
  await writeFile(join(root, '..', 'mine.txt'), '1');
  const list = JSON.parse(await readFile(join(root, WRITTEN), 'utf8')) as {
    written: Record<string, string>;
  };
  // With the right checksum: the content is that of the page.
  list.written['../mine.txt'] = list.written['PAGE.md'];
  await writeFile(join(root, WRITTEN), JSON.stringify(list));
  await expect(writeOwn(root, [])).rejects.toThrow(/written\.json: .*mine\.txt/s);
  expect(await readFile(join(root, '..', 'mine.txt'), 'utf8')).toBe('1');
});

test('a folder in the place of a page is an error, and no page is written', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lab-written-'));
  await mkdir(join(root, 'B.md'));
  const pages = ['A.md', 'B.md'].map((path) => ({ path, content: 'x' }));
  for (const force of [false, true]) {
    await expect(writeOwn(root, pages, force)).rejects.toThrow(/B\.md: .*a folder has this name/);
  }
  expect(await readdir(root)).toEqual(['B.md']);
});

test('a page of HTML replaces its like, and another file only when forced', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-page-'));
  const page = join(folder, 'new', 'page.html');
  await writePage(page, '<html>1</html>\n');
  expect((await readFile(page, 'utf8')).startsWith('<html>1</html>\n<!-- written by')).toBe(true);
  await writePage(page, '<html>2</html>\n');
  const own = await readFile(page, 'utf8');
  expect(own).toContain('2');

  const foreign = { changed: own.replace('2', '3'), 'of another program': '<html>x</html>' };
  for (const text of Object.values(foreign)) {
    await writeFile(page, text);
    await expect(writePage(page, '<html>4</html>')).rejects.toThrow(/page\.html: there .*--force/);
    expect(await readFile(page, 'utf8')).toBe(text);
  }
  await writePage(page, '<html>4</html>', true);
  expect(await readFile(page, 'utf8')).toContain('4');
  await expect(writePage(folder, 'x', true)).rejects.toThrow('a folder has this name');
});
