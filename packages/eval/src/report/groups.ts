import { toHtml } from '../tables/html.ts';
import type { Table } from '../tables/table.ts';
import { escapeHtml } from './escape.ts';
import type { ReportFigure, ReportStrip } from './report.ts';
import { chartsHtml, factsHtml, stripsHtml, type Section } from './sections.ts';

/** One experiment of a group. */
export interface ReportItem {
  /** Unique in the report; letters, digits, `-`. */
  readonly id: string;
  readonly title: string;
  /** The command that makes it. */
  readonly command?: string;
  /** A sentence or two; of an experiment that was not run, that it was not. */
  readonly lead: string;
  readonly tables?: readonly Table[];
  readonly figures?: readonly ReportFigure[];
  readonly strips?: readonly ReportStrip[];
}

/** Experiments that may stand beside each other: one configuration on one data set. */
export interface ReportGroup {
  /** Unique in the report; letters, digits, `-`. */
  readonly id: string;
  /** With all that its numbers depend on: data set, size, steps, seeds. */
  readonly title: string;
  readonly items: readonly ReportItem[];
  /** Name → value: machine, versions, commit. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One section per group, with links to its experiments. */
export function groupSections({
  groups = [],
}: {
  readonly groups?: readonly ReportGroup[];
}): Section[] {
  return groups.map(({ id, title, items, environment = {} }) => {
    const links = items.map(
      (item) => `<li><a href="#${item.id}">${escapeHtml(item.title)}</a></li>`,
    );
    const facts = Object.keys(environment).length
      ? `<details><summary>Machine and versions</summary>${factsHtml(environment)}</details>`
      : '';
    const nav = `<nav aria-label="${escapeHtml(title)}"><ul>${links.join('')}</ul></nav>`;
    return { id, title: escapeHtml(title), html: [nav, facts, ...items.map(itemHtml)].join('\n') };
  });
}

function itemHtml(item: ReportItem): string {
  const { id, title, command, lead, tables = [], figures = [], strips = [] } = item;
  return [
    `<article id="${id}" aria-labelledby="${id}-heading"><h3 id="${id}-heading">${escapeHtml(title)}</h3>`,
    `<p>${escapeHtml(lead)}</p>`,
    ...(command
      ? [
          `<pre tabindex="0" role="region" aria-label="Command"><code>${escapeHtml(command)}</code></pre>`,
        ]
      : []),
    ...tables.map((table) => `<div class="table">${toHtml(table)}</div>`),
    ...(figures.length ? [chartsHtml(figures)] : []),
    ...(strips.length
      ? [
          `<details><summary>Images of ${strips.length} frame${strips.length === 1 ? '' : 's'}</summary>${stripsHtml(strips, 'h4')}</details>`,
        ]
      : []),
    '</article>',
  ].join('\n');
}
