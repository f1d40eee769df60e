import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect } from '@jest/globals';
import { columnChart, lineChart, renderSvg, report, type Table } from '../src/index.ts';
import { askPage, withBrowser, type Look } from './chromium.ts';

const desktop: Look = { width: 1280, height: 800 };
const phone: Look = { width: 390, height: 844 };

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A table as Table 1 is: weights before results, long names. */
const table: Table = {
  title: 'Table 1: single tasks, fixed weights and uncertainty weighting',
  corner: 'Loss',
  columns: [
    ...['semantic', 'instance', 'depth'].map((name) => ({ name, group: 'Weights' })),
    { name: 'Semantic IoU', unit: '%', better: 'higher', decimals: 1 },
    { name: 'Depth mean error', unit: 'px of disparity', better: 'lower', decimals: 3 },
  ],
  rows: Array.from({ length: 9 }, (_, i) => ({
    header: `Uncertainty weighting, ${i} tasks: semantic + instance + depth`,
    cells: ['✓', '0.333', null, { value: 40 + i, sd: 1 }, { value: 0.3 + i / 100, published: 0.5 }],
  })),
  published: 'A paper.',
  notes: ['A note.'],
};

const png = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
);
const chart = async (id: string) => {
  const spec = lineChart({
    ...{ title: 'Loss', x: { label: 'step' }, y: { label: 'loss' } },
    curves: ['equal', 'learned'].map((name, k) => ({
      name,
      points: [0, 10, 20].map((x) => ({ x, y: k + x, low: k + x - 1, high: k + x + 1 })),
    })),
  });
  return {
    id,
    svg: await renderSvg(spec, { id, description: 'Loss' }),
    caption: 'Loss',
    data: table,
  };
};

const groups = ['standard / street', 'quick / street'];
const judged = [
  { judgement: 'reproduced', sign: 'holds' },
  { judgement: 'not reproduced', sign: 'fails' },
  { judgement: 'cannot tell', sign: 'open' },
] as const;

let html = '';
beforeAll(async () => {
  const columns = await Promise.all(
    [3, 4].map(async (c) => {
      const id = `finding-${c}`;
      const svg = await renderSvg(columnChart(table, c, 220)!, { id, description: 'Column' });
      return { id, svg, caption: 'Column' };
    }),
  );
  html = report({
    title: 'Results',
    lead: 'A paper, table by table.',
    finding: {
      conditions: `${groups[1]}: 64×128 px, 600 steps, seeds 1, 2, 3`,
      claims: judged.map((verdict, i) => ({
        claim: `Claim ${i}`,
        evidence: '1 against 2',
        ...verdict,
      })),
      verdicts: judged,
      ...{ table, figures: columns, more: { id: 'section-0-part-0', title: 'Table 1 in full' } },
    },
    overview: [
      {
        title: 'Groups',
        corner: '',
        columns: [{ name: 'Data', kind: 'text' }],
        rows: [{ header: 'quick', cells: ['street'] }],
      },
    ],
    verdicts: Array.from({ length: 40 }, (_, i) => ({
      claim: `Claim ${i} of weights that are learned against ${i % 2 ? 'fixed' : 'equal'} ones`,
      source: 'Table 1',
      section: `section-${i % 4}`,
      findings: groups.slice(i % 3 ? 0 : 1).map((group, k) => ({
        ...{ group, evidence: 'semantic 24.3 % against 20.7 % (difference 3.571, 3 seeds)' },
        ...judged[(i + k) % 3],
      })),
    })),
    notRun: {
      lead: 'These:',
      groups: [{ group: groups[0], command: 'run it', experiments: ['a'] }],
    },
    howToRead: ['A dash.'],
    groups: await Promise.all(
      Array.from({ length: 4 }, async (_, i) => ({
        id: `section-${i}`,
        title: `Table ${i}`,
        experiments: await Promise.all(
          groups.map(async (group, k) => ({
            ...{ id: `section-${i}-part-${k}`, title: `${group}: 600 steps`, group },
            ...{ command: 'run it', lead: 'Led.', tables: [table, table] },
            figures: [await chart(`chart-${i}-${k}`)],
            grids: [{ title: 'frame', tiles: [{ name: 'photo', alt: 'A street', png }] }],
          })),
        ),
      })),
    ),
    environments: groups.map((title) => ({ title, facts: { node: 'v20' } })),
    config: { steps: 3 },
  });
});

/** Violations of a page, as loaded and with everything unfolded. */
const violations = `(async () => {
  const found = [];
  for (const open of [false, true]) {
    if (open) document.querySelectorAll('details').forEach((details) => (details.open = true));
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    found.push(...violations.map(({ id, impact, nodes }) => [id, impact, nodes.length, nodes[0].html.slice(0, 200)]));
  }
  return { checked: typeof axe.version, found };
})()`;

describe('a report in a browser', () => {
  // Each is a minute of a small machine; layout and colours do not depend on each other.
  const looks = { 'desktop, light': desktop, 'phone, dark': { ...phone, dark: true } };
  for (const [name, look] of Object.entries(looks)) {
    withBrowser(`has no violations that axe finds: ${name}`, async () => {
      const answer = await askPage(html, look, axe, violations);
      expect(answer).toEqual({ checked: 'string', found: [] });
    });
  }

  withBrowser('would be told of violations', async () => {
    const bad =
      '<html lang="en"><title>t</title><body><main><h1>t</h1><img src="data:,"></main></body></html>';
    const answer = await askPage<{ found: string[][] }>(bad, desktop, axe, violations);
    expect(answer.found.map(([id]) => id)).toContain('image-alt');
  });

  const measure = `(() => {
    const top = (selector) => document.querySelector(selector).getBoundingClientRect().top;
    return {
      screens: document.documentElement.scrollHeight / innerHeight,
      overflow: document.documentElement.scrollWidth - innerWidth,
      finding: top('.findings'), table: top('table'), chart: top('.chart svg'),
      dark: getComputedStyle(document.body).backgroundColor,
    };
  })()`;
  interface Measures {
    screens: number;
    overflow: number;
    finding: number;
    table: number;
    chart: number;
    dark: string;
  }

  withBrowser('shows the finding, its table and its chart on the first screen', async () => {
    const wide = await askPage<Measures>(html, desktop, measure);
    expect(wide.chart).toBeLessThan(400);
    expect(wide.table).toBeLessThan(400);
    expect(wide.overflow).toBeLessThanOrEqual(0);
    expect(wide.screens).toBeLessThan(8);
    expect(wide.dark).toBe('rgb(255, 255, 255)');
    const narrow = await askPage<Measures>(html, { ...phone, dark: true }, measure);
    expect(narrow.dark).toBe('rgb(20, 23, 28)');
    expect(narrow.finding).toBeLessThan(phone.height / 2);
    expect(narrow.overflow).toBeLessThanOrEqual(0);
    expect(narrow.screens).toBeLessThan(16);
    expect(narrow.chart).toBeLessThan(2.5 * phone.height);
  });

  withBrowser('shows results before weights where a phone has no room for both', async () => {
    const right = await askPage<number[]>(
      html,
      phone,
      `[...document.querySelectorAll('#finding thead th')].filter((th) => /IoU|semantic$/.test(th.textContent.trim().split(' [')[0])).map((th) => Math.round(th.getBoundingClientRect().right))`,
    );
    // The header of IoU lies on the screen, that of the weights beyond it.
    expect(right).toHaveLength(2);
    expect(Math.min(...right)).toBeLessThan(phone.width);
    expect(Math.max(...right)).toBeGreaterThan(phone.width);
  });

  withBrowser('filters claims and experiments by text, group and verdict', async () => {
    const counts = await askPage<Record<string, [string, number, number]>>(
      html,
      desktop,
      `(() => {
        const form = document.getElementById('filter');
        const seen = (values) => {
          form.reset();
          for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
          form.dispatchEvent(new Event('input', { bubbles: true }));
          const shown = (selector) => [...document.querySelectorAll(selector)].filter((e) => !e.closest('[hidden]')).length;
          return [form.elements.count.value, shown('.claims > li'), shown('.part')];
        };
        return {
          all: seen({}),
          text: seen({ claim: 'EQUAL  claim 1' }),
          group: seen({ group: 'standard / street' }),
          both: seen({ group: 'quick / street', verdict: 'reproduced' }),
        };
      })()`,
    );
    expect(counts).toEqual({
      all: ['40 of 40 claims', 40, 8],
      // 10, 12, 14, 16, 18.
      text: ['5 of 40 claims', 5, 8],
      // All but every third.
      group: ['26 of 40 claims', 26, 4],
      // quick is second where standard is there (i + 1 a multiple of 3: 13 of them), else first (i is: 14).
      both: ['27 of 40 claims', 27, 4],
    });
  });

  withBrowser('unfolds what its address points into, and all of it for printing', async () => {
    const open = await askPage<boolean[]>(
      html,
      desktop,
      `(async () => {
        const all = () => [...document.querySelectorAll('details')].every(({ open }) => open);
        location.hash = '#section-3-part-1';
        await new Promise((resolve) => setTimeout(resolve, 200));
        const part = document.getElementById('section-3-part-1');
        const reached = part.checkVisibility() && part.querySelector('table').checkVisibility();
        const before = all();
        dispatchEvent(new Event('beforeprint'));
        const during = all();
        dispatchEvent(new Event('afterprint'));
        return [reached, before, during, all()];
      })()`,
    );
    expect(open).toEqual([true, false, true, false]);
  });
});
