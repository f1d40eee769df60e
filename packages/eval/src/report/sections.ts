import { toHtml } from '../tables/html.ts';
import { resultsFirst } from '../tables/results-first.ts';
import type { Table } from '../tables/table.ts';
import { escapeHtml } from './escape.ts';
import type { ReportFigure, ReportInput, FigureGrid } from './report.ts';

/** One section of a report; `html` is its content below the heading. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

/** Headline numbers, paragraphs, tables. */
export function summarySection(input: ReportInput): Section | null {
  const { keyNumbers = [], summary = [], overview = [] } = input;
  if (!keyNumbers.length && !summary.length && !overview.length) return null;
  const numbers = keyNumbers.map(
    ({ label, value, context }) =>
      `<div><dt>${escapeHtml(label)}</dt><dd><span class="value">${escapeHtml(value)}</span>${
        context ? `<span class="context">${escapeHtml(context)}</span>` : ''
      }</dd></div>`,
  );
  const list = numbers.length ? `<dl class="numbers">${numbers.join('')}</dl>` : '';
  const tables = overview.length ? tablesHtml(overview) : '';
  return { id: 'summary', title: 'What was run', html: list + paragraphs(summary) + tables };
}

/** How to read the rest. */
export function readingSection({ howToRead = [] }: ReportInput): Section | null {
  if (!howToRead.length) return null;
  const items = howToRead.map((line) => `<li>${escapeHtml(line)}</li>`);
  return { id: 'reading', title: 'How to read this', html: `<ul>${items.join('\n')}</ul>` };
}

/** The tables, one after the other. */
export function tablesSection({ tables = [] }: ReportInput): Section | null {
  if (!tables.length) return null;
  return { id: 'tables', title: 'Results', html: tablesHtml(tables) };
}

/** Tables one below the other. */
export const tablesHtml = (tables: readonly Table[]): string =>
  tables.map((table) => `<div class="table">${toHtml(resultsFirst(table))}</div>`).join('\n');

/** The charts, each with its caption and, where given, the figures behind it. */
export function figuresSection({ figures = [] }: ReportInput): Section | null {
  if (!figures.length) return null;
  return { id: 'figures', title: 'Curves', html: chartsHtml(figures) };
}

/** Charts beside each other where there is room. */
export function chartsHtml(figures: readonly ReportFigure[]): string {
  const html = figures.map(({ id, svg, caption, data }) => {
    const details = data
      ? `<details><summary>Figures behind this chart</summary>${toHtml(data)}</details>`
      : '';
    return `<figure id="figure-${escapeHtml(id)}">
<div class="scroll chart" role="group" tabindex="0" aria-label="${escapeHtml(caption)}">${svg}</div>
<figcaption>${escapeHtml(caption)}</figcaption>${details}</figure>`;
  });
  return `<div class="charts">${html.join('\n')}</div>`;
}

/** Validation images: per frame a grid of tiles, each an image with its own text. */
export function gridsSection({ grids = [] }: ReportInput): Section | null {
  if (!grids.length) return null;
  return { id: 'images', title: 'Validation images', html: gridsHtml(grids, 'h3') };
}

/** Frames one below the other, each under a heading. */
export function gridsHtml(grids: readonly FigureGrid[], heading: 'h3' | 'h5'): string {
  const html = grids.map(({ title, tiles }) => {
    const cells = tiles.map(
      ({ name, alt, png }) =>
        `<figure><img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" alt="${escapeHtml(alt)}"><figcaption>${escapeHtml(name)}</figcaption></figure>`,
    );
    return `<${heading}>${escapeHtml(title)}</${heading}><div class="tiles">${cells.join('\n')}</div>`;
  });
  return html.join('\n');
}

/** Machine, versions, commit, command. */
export function environmentSection(input: ReportInput): Section | null {
  const { environment = {}, environments = [] } = input;
  const one = Object.keys(environment).length > 0 ? [factsHtml(environment)] : [];
  const several = environments.map(
    ({ title, facts }) => `<h3>${escapeHtml(title)}</h3>${factsHtml(facts)}`,
  );
  const html = [...one, ...several].join('\n');
  return html === ''
    ? null
    : {
        id: 'environment',
        title: 'Environment',
        html: `<details><summary>Machines, versions, commits and the rest of the conditions</summary>${html}</details>`,
      };
}

/** Names and values. */
export function factsHtml(facts: Readonly<Record<string, string>>): string {
  const rows = Object.entries(facts).map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">${rows.join('')}</dl>`;
}

/** The configuration as JSON, folded. */
export function configSection({ config }: ReportInput): Section | null {
  if (config === undefined) return null;
  const json = escapeHtml(JSON.stringify(config, null, 2));
  const html = `<details><summary>Full configuration (JSON)</summary><pre tabindex="0" role="group" aria-label="Configuration as JSON"><code>${json}</code></pre></details>`;
  return { id: 'config', title: 'Configuration', html };
}

const paragraphs = (texts: readonly string[]): string =>
  texts.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n');
