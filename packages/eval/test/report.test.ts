import { describe, expect, test } from '@jest/globals';
import { report, type ReportInput } from '../src/index.ts';

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
const input: ReportInput = {
  title: 'Run <1>',
  lead: 'Three tasks & one encoder.',
  keyNumbers: [{ label: 'IoU', value: '47.2 %', context: '3 seeds' }],
  summary: ['First.', 'Second.'],
  howToRead: ['† is another data set.'],
  tables: [
    {
      title: 'Results',
      corner: 'Loss',
      columns: [{ name: 'IoU', unit: '%', better: 'higher' }],
      rows: [{ header: 'learned', cells: [{ value: 47.2 }] }],
    },
  ],
  figures: [{ id: 'loss', svg: '<svg role="img"></svg>', caption: 'Loss per step' }],
  grids: [{ title: 'frame 1', tiles: [{ name: 'photo', alt: 'A street', png }] }],
  environment: { node: 'v20', commit: 'abc' },
  config: { steps: 3, nested: { a: '<b>' } },
};
const html = report(input);

describe('report', () => {
  test('needs nothing from outside: one script of its own, no address, pictures inside', () => {
    expect(html).not.toMatch(/<script |<link|@import|src="(?!data:)|url\((?!#)|https?:/);
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).toContain(`src="data:image/png;base64,${Buffer.from(png).toString('base64')}"`);
  });

  test('can be used by keyboard and screen reader', () => {
    expect(html).toMatch(/<html lang="en">/);
    expect(html).toContain('<a class="skip" href="#content">');
    expect(html).toContain('<main id="content"');
    expect(html.match(/<h1/g)).toHaveLength(1);
    // Every link of the contents leads to a section, and each section is named by its heading.
    const targets = [...html.matchAll(/<li><a href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets).toEqual([
      'summary',
      'tables',
      'figures',
      'images',
      'reading',
      'environment',
      'config',
    ]);
    for (const id of targets) {
      expect(html).toContain(
        `<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">`,
      );
    }
    for (const [image] of html.matchAll(/<img [^>]*>/g)) expect(image).toMatch(/alt="[^"]+"/);
    expect(html.match(/<figcaption>/g)).toHaveLength(2);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('suits phones, both colour schemes and paper, and never moves by itself', () => {
    expect(html).toContain('name="viewport" content="width=device-width, initial-scale=1"');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toMatch(/@media print \{[^]*details::details-content/);
    expect(html).not.toMatch(/smooth|transition|animation/);
  });

  test('escapes every text it is given', () => {
    expect(html).toContain('<h1>Run &lt;1&gt;</h1>');
    expect(html).toContain('Three tasks &amp; one encoder.');
    expect(html).toContain('&quot;a&quot;: &quot;&lt;b&gt;&quot;');
  });

  test('closes every element it opens', () => {
    const open: string[] = [];
    const empty = new Set(['meta', 'img', 'br', '!doctype']);
    for (const [, slash, name] of html
      .replace(/<script>[^]*<\/script>/, '')
      .matchAll(/<(\/?)([a-z!][a-z0-9]*)[^>]*>/gi)) {
      if (empty.has(name.toLowerCase())) continue;
      if (!slash) open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  test('leaves out sections without data, and is the same for the same input', () => {
    const bare = report({ title: 't', lead: 'l' });
    expect(bare).not.toContain('<section');
    expect(report(input)).toBe(html);
  });

  test('refuses two figures of one id, whose parts would mix', () => {
    const figures = [...(input.figures ?? []), ...(input.figures ?? [])];
    expect(() => report({ ...input, figures })).toThrow('figure ids must differ, got loss, loss');
  });

  test('several configurations have their facts under a title each', () => {
    const environments = ['a', 'b'].map((title) => ({ title, facts: { node: `<${title}>` } }));
    const page = report({ title: 't', lead: 'l', environments });
    expect(page).toContain('<h3>b</h3><dl class="facts"><div><dt>node</dt><dd>&lt;b&gt;</dd>');
  });

  test('tables of what was run stand in the summary', () => {
    const page = report({ title: 't', lead: 'l', overview: input.tables ?? [] });
    expect(page).toMatch(/<section id="summary"[^]*<caption>Results<\/caption>[^]*<\/section>/);
    expect(page).not.toContain('<section id="tables"');
  });

  const groups = ['a', 'b'].map((id) => ({
    id,
    title: `Group ${id}`,
    experiments: [
      {
        ...{ id: `${id}-one`, title: 'One', command: 'run <it>', lead: 'Led.' },
        figures: [{ id: `${id}-chart`, svg: '<svg></svg>', caption: 'c' }],
        grids: input.grids ?? [],
      },
    ],
  }));

  test('several groups are folded, each under its title, in one section', () => {
    const page = report({ title: 't', lead: 'l', groups });
    for (const id of ['a', 'b']) {
      expect(page).toContain(
        `<section class="group" id="${id}" aria-labelledby="${id}-heading"><details><summary><h3 id="${id}-heading">Group ${id}</h3>`,
      );
      expect(page).toContain(`<article class="part" id="${id}-one" aria-labelledby=`);
    }
    expect(page.match(/<section id=/g)).toHaveLength(1);
    expect(page).toContain('run &lt;it&gt;');
    expect(page).toContain('<h5>frame 1</h5>');
    const twice = [...groups, ...groups];
    expect(() => report({ title: 't', lead: 'l', groups: twice })).toThrow('ids must differ');
  });

  test('verdicts are told apart by sign, colour and word, each with its group and evidence', () => {
    const findings = [
      { group: 'quick', judgement: 'cannot tell', sign: 'open', evidence: 'one <seed>' },
      { group: 'long', judgement: 'reproduced', sign: 'holds', evidence: '' },
      { group: 'other', judgement: 'not reproduced', sign: 'fails', evidence: '' },
    ] as const;
    const page = report({
      ...{ title: 't', lead: 'l', groups },
      verdicts: [{ claim: 'A', source: 'B', section: 'a', findings }],
    });
    const chip = (sign: string, mark: string, word: string) =>
      `<span class="verdict ${sign}"><b aria-hidden="true">${mark}</b> ${word}</span>`;
    expect(page).toContain(
      `<dt>quick</dt><dd>${chip('open', '?', 'cannot tell')} one &lt;seed&gt;</dd>`,
    );
    expect(page).toContain(`<dd>${chip('holds', '✓', 'reproduced')} </dd>`);
    expect(page).toContain(`<dd>${chip('fails', '✗', 'not reproduced')} </dd>`);
    // Counted for all, and for the group that judges them.
    const tally = `<span class="tally">${chip('holds', '✓', '1 reproduced')} ${chip('fails', '✗', '1 not reproduced')} ${chip('open', '?', '1 cannot tell')}</span>`;
    expect(page.split(tally)).toHaveLength(3);
    expect(page).toContain('<a href="#a">');
    expect(page).toContain('<option value="quick">quick</option>');
    // Colours of their own in both schemes.
    for (const sign of ['holds', 'fails', 'open']) {
      expect(page.match(new RegExp(`--${sign}: #`, 'g'))).toHaveLength(2);
    }
  });

  test('what came out stands first: claims by verdict, the table without what explains it, the chart', () => {
    const claims = [
      { claim: 'X', sign: 'fails', judgement: 'no', evidence: '1 < 2' },
      { claim: 'Y', sign: 'holds', judgement: 'yes', evidence: '' },
    ] as const;
    const page = report({
      ...{ title: 't', lead: 'l', groups, summary: ['Asked.'] },
      finding: {
        ...{ conditions: '3 seeds', claims, verdicts: claims, table: input.tables![0] },
        figures: ['one', 'two', 'three'].map((id) => ({ id, svg: '<svg></svg>', caption: id })),
        more: { id: 'a-one', title: 'All of it' },
      },
    });
    const sections = [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(sections).toEqual(['finding', 'experiments', 'summary']);
    expect(page.indexOf('</b> yes')).toBeLessThan(page.indexOf('</b> no'));
    expect(page).toContain('1 &lt; 2');
    expect(page).toContain('<a href="#a-one">All of it</a>');
    expect(page).toMatch(
      /figure-two[^]*<details><summary>Charts of the other columns[^]*figure-three/,
    );
    const twice = [{ id: 'one', svg: '', caption: '' }];
    expect(() =>
      report({
        ...{ title: 't', lead: 'l', figures: twice },
        finding: { conditions: '', claims: [], verdicts: [], figures: twice },
      }),
    ).toThrow('figure ids must differ');
  });

  test('what was not run is a line per group, with its command', () => {
    const lines = [{ group: 'quick', command: 'run <it>', experiments: ['table1', 'figure2'] }];
    const page = report({ title: 't', lead: 'l', notRun: { lead: 'These.', groups: lines } });
    expect(page).toContain('<summary><h3>Not run</h3></summary><p>These.</p>');
    expect(page).toContain('<dt>quick</dt><dd>table1, figure2. <code>run &lt;it&gt;</code></dd>');
    const none = report({ title: 't', lead: 'l', notRun: { lead: 'These.', groups: [] } });
    expect(none).not.toContain('Not run');
  });
});
