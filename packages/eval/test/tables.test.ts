import { describe, expect, test } from '@jest/globals';
import {
  bestCells,
  checkTable,
  formatNumber,
  resultsFirst,
  toCsv,
  toHtml,
  toJson,
  toLatex,
  toMarkdown,
  type Table,
  type TableRow,
} from '../src/index.ts';

const worse: TableRow = { header: 'equal', cells: ['0.5', '0.5', { value: 40 }, { value: 0.7 }] };

const table: Table = {
  title: 'Tasks & weights | 50 % of steps',
  corner: 'Loss',
  columns: [
    { name: 'w_seg', group: 'Weights' },
    { name: 'w_depth', group: 'Weights' },
    { name: 'IoU', group: 'Semantic', unit: '%', better: 'higher', decimals: 1 },
    { name: 'error', group: 'Depth', unit: 'px', better: 'lower', decimals: 3 },
  ],
  rows: [
    {
      header: 'semantic only',
      cells: ['1', '0', { value: 47.24, sd: 0.31, n: 3, published: 59.4 }, null],
    },
    { header: 'depth only', cells: ['0', '1', null, { value: 0.64, n: 1 }] },
    worse,
    {
      header: 'learned σ²',
      cells: ['✓', '✓', { value: 47.16, sd: 0.2, n: 3 }, { value: 0.6, sd: 0.01, n: 3 }],
      ruleAbove: true,
    },
    {
      header: 'bound',
      cells: ['', '', { value: 99 }, { value: null, published: 0.1 }],
      reference: true,
    },
  ],
  published: 'Kendall et al. 2018, table 1, Cityscapes 128×256',
  notes: ['Generated street scenes, 64×128, 3 seeds.'],
};

describe('resultsFirst', () => {
  test('moves what is better in a direction before all else, the order kept otherwise', () => {
    const turned = resultsFirst(table);
    expect(turned.columns.map(({ name }) => name)).toEqual(['IoU', 'error', 'w_seg', 'w_depth']);
    expect(turned.rows[2].cells).toEqual([{ value: 40 }, { value: 0.7 }, '0.5', '0.5']);
    expect(turned.rows[3]).toMatchObject({ header: 'learned σ²', ruleAbove: true });
    expect(() => checkTable(turned)).not.toThrow();
    expect(bestCells(turned)[0].slice(0, 2)).toEqual(bestCells(table)[0].slice(2));
    // The table itself stays.
    expect(table.columns[0].name).toBe('w_seg');
  });
});

describe('bestCells', () => {
  test('marks the best printed value, ties included, never references or published numbers', () => {
    // 47.24 and 47.16 both print as 47.2; the reference row's 99 does not take part.
    expect(bestCells(table)).toEqual([
      [false, false, true, false],
      [false, false, false, false],
      [false, false, false, false],
      [false, false, true, true],
      [false, false, false, false],
    ]);
  });

  test('marks nothing in a column with a single number, or where all print the same', () => {
    const one = { ...table, rows: [worse] };
    expect(bestCells(one).flat()).not.toContain(true);
    const two = {
      ...table,
      rows: [worse, { ...worse, cells: ['0.5', '0.5', { value: 40.02 }, null] }],
    };
    expect(bestCells(two).flat()).not.toContain(true);
  });
});

describe('formatNumber', () => {
  test('prints a dash for what is missing, a minus sign, and no negative zero', () => {
    expect([null, undefined, NaN, Infinity].map((x) => formatNumber(x))).toEqual([
      '–',
      '–',
      '–',
      '–',
    ]);
    expect(formatNumber(-1.25, 1)).toBe('−1.3');
    expect(formatNumber(-0.001, 2)).toBe('0.00');
  });
});

describe('toMarkdown', () => {
  test('writes headings, bold best values, dashes and marked published numbers', () => {
    // Padding is the library's business.
    const unpadded = toMarkdown(table)
      .replace(/ +\|/g, ' |')
      .replace(/\| +/g, '| ')
      .replace(/-+:/g, '-:');
    expect(unpadded).toBe(
      [
        '**Tasks & weights \\| 50 % of steps**',
        '',
        '| Loss | Weights · w\\_seg | Weights · w\\_depth | Semantic · IoU (%) ↑ | Depth · error (px) ↓ |',
        '| :------------ | -: | -: | -: | -: |',
        '| semantic only | 1 | 0 | **47.2 ± 0.3** _(59.4†)_ | – |',
        '| depth only | 0 | 1 | – | 0.640 |',
        '| equal | 0.5 | 0.5 | 40.0 | 0.700 |',
        '| learned σ² | ✓ | ✓ | **47.2 ± 0.2** | **0.600 ± 0.010** |',
        '| bound | | | 99.0 | – _(0.100†)_ |',
        '',
        '† Published, not comparable (another data set): Kendall et al. 2018, table 1, Cityscapes 128×256  ',
        'Generated street scenes, 64×128, 3 seeds.',
        '',
      ].join('\n'),
    );
  });
});

describe('toLatex', () => {
  test('writes booktabs rules, groups, escapes and symbols', () => {
    const tex = toLatex(table);
    expect(tex).toContain('\\caption{Tasks \\& weights $|$ 50 \\% of steps}');
    expect(tex).toContain('\\begin{tabular}{lrrrr}\n\\toprule');
    expect(tex).toContain(
      ' & \\multicolumn{2}{c}{Weights} & \\multicolumn{1}{c}{Semantic} & \\multicolumn{1}{c}{Depth} \\\\',
    );
    expect(tex).toContain('\\cmidrule(lr){2-3} \\cmidrule(lr){4-4} \\cmidrule(lr){5-5}');
    expect(tex).toContain(
      'Loss & w\\_seg & w\\_depth & IoU [\\%] $\\uparrow$ & error [px] $\\downarrow$ \\\\',
    );
    expect(tex).toContain(
      'semantic only & 1 & 0 & \\textbf{47.2 $\\pm$ 0.3} \\textit{(59.4)}$^{\\dagger}$ & -- \\\\',
    );
    expect(tex).toContain('\\midrule\nlearned $\\sigma$$^{2}$ & $\\surd$');
    expect(tex).toContain('\\bottomrule\n\\end{tabular}');
    // Nothing is left that pdflatex would take for markup or not know.
    expect(tex.replace(/\$[^$]*\$/g, '')).toMatch(/^[\u0020-\u007e\n]*$/);
  });

  test('leaves no [ or * where the line end or rule above would take it as its argument', () => {
    const cells = ['[0, 1]', '*', { value: 1 }, null];
    const rows = [' [a]', '*b', '[c] [d]'].map((header) => ({ header, cells }));
    const tex = toLatex({ ...table, corner: '[Loss]', rows });
    const lines = tex.split('\n');
    expect(lines).toContain('{[}a] & {[}0, 1] & {*} & 1.0 & -- \\\\');
    // What TeX reads next after a line end or a rule, spaces skipped. (The notes' `[2pt]` is meant.)
    const grid = tex.slice(0, tex.indexOf('\\end{tabular}'));
    for (const [, next] of grid.matchAll(/(?:\\\\|\\(?:top|mid|bottom)rule)\s*(\S)/g)) {
      expect(next).not.toMatch(/[[*]/);
    }
  });

  test('keeps the two hyphens of a flag', () => {
    expect(toLatex({ ...table, title: 'with --tune' })).toContain('\\caption{with -{}-tune}');
  });

  test('refuses a character it has no LaTeX for instead of writing a file that does not compile', () => {
    const odd = { ...table, title: 'street 🚗' };
    expect(() => toLatex(odd)).toThrow('no LaTeX known for "🚗" (U+1F697)');
  });
});

describe('toCsv', () => {
  test('writes four fields per column, in full precision, quoted where needed', () => {
    const lines = toCsv({
      ...table,
      rows: [
        {
          header: 'a, "b"',
          cells: ['x', null, { value: 47.240001, sd: 0.31, n: 3, published: 59.4 }, { value: NaN }],
        },
      ],
    }).split('\r\n');
    expect(lines[0].split(',').slice(9, 13)).toEqual([
      'Semantic · IoU [%]',
      'Semantic · IoU [%] sd',
      'Semantic · IoU [%] n',
      'Semantic · IoU [%] published',
    ]);
    expect(lines[1]).toBe('"a, ""b""",x,,,,,,,,47.240001,0.31,3,59.4,,,,');
    expect(lines[2]).toBe('');
  });
});

describe('toJson', () => {
  test('reads back as the same table', () => {
    expect(JSON.parse(toJson(table))).toEqual(table);
  });
});

describe('toHtml', () => {
  const html = toHtml(table);

  test('gives captions, scopes, groups and marked numbers', () => {
    expect(html).toContain('<caption>Tasks &amp; weights | 50 % of steps</caption>');
    expect(html).toContain('<th scope="colgroup" colspan="2">Weights</th>');
    expect(html).toContain('<th scope="row">learned σ²</th>');
    expect(html).toContain('<strong>47.2</strong> <span class="sd">± 0.3</span>');
    expect(html).toContain('(59.4†)');
    expect(html).toContain('<abbr title="higher is better">↑</abbr>');
    // No landmark: a page has many tables, some of one title.
    expect(html).toContain('role="group" tabindex="0"');
  });

  test('has no header without text', () => {
    const bare = toHtml({ ...table, corner: '' });
    expect(bare).toContain('<thead><tr><td rowspan="2"></td>');
    expect(bare).not.toMatch(/<th[^>]*><\/th>/);
  });

  test('has as many cells in each row as columns in the head', () => {
    const cells = (row: string) =>
      [...row.matchAll(/<t[hd][^>]*>/g)].reduce(
        (n, [tag]) => n + Number(/colspan="(\d+)"/.exec(tag)?.[1] ?? 1),
        0,
      );
    const rows = [...html.matchAll(/<tr[^>]*>.*?<\/tr>/gs)].map(([row]) => cells(row));
    // The corner spans both heading rows, so the second has one cell less.
    expect(rows).toEqual([5, 4, 5, 5, 5, 5, 5]);
  });

  test('escapes text', () => {
    const evil = { ...table, title: '<script>alert("x")</script>' };
    expect(toHtml(evil)).not.toContain('<script>');
  });
});

describe('a column of text', () => {
  const claims: Table = {
    title: 'Claims',
    corner: 'Claim',
    columns: [{ name: 'Evidence', kind: 'text' }, { name: 'n' }],
    rows: [{ header: 'A', cells: ['a long text', { value: 3 }] }],
  };
  const texts = {
    ...claims,
    columns: claims.columns.map((c) => ({ ...c, kind: 'text' as const })),
  };

  test('stands on the left and wraps, numbers on the right', () => {
    expect(toMarkdown(claims).split('\n')[3]).toMatch(/^\| :-+ \| :-+ \| -+: \|$/);
    expect(toHtml(claims)).toContain('<td class="text">a long text</td><td>3.00</td>');
    expect(toLatex(claims)).toContain('\\begin{tabular}{lp{0.80\\linewidth}r}');
    expect(toLatex(texts)).toContain('{lp{0.40\\linewidth}p{0.40\\linewidth}}');
  });

  test('names its cells where there is nothing else, for screens too narrow for columns', () => {
    expect(toHtml(texts)).toContain('<td class="text" data-name="Evidence">a long text</td>');
    expect(toHtml(claims)).not.toContain('data-name');
  });
});

describe('checkTable', () => {
  test('names the row or column that is wrong', () => {
    const short = { ...table, rows: [{ header: 'r', cells: [null] }] };
    expect(() => checkTable(short)).toThrow('row "r": expected 4 cells, got 1');
    const { published: _, ...unsourced } = table;
    expect(() => checkTable(unsourced)).toThrow('row "semantic only": a published number needs');
    const columns = [{ name: 'c', decimals: -1 }];
    expect(() => checkTable({ ...table, columns, rows: [] })).toThrow('column "c": decimals');
  });
});
