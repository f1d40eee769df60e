import type { Table } from '../tables/table.ts';
import { escapeHtml } from './escape.ts';
import type { ReportFigure, FigureGrid } from './report.ts';
import { chartsHtml, gridsHtml, tablesHtml, type Section } from './sections.ts';

/** One experiment of a section. */
export interface ReportExperiment {
  /** Unique in the report; letters, digits, `-`. */
  readonly id: string;
  readonly title: string;
  /** The command that makes it. */
  readonly command?: string;
  /** A sentence or two. */
  readonly lead: string;
  readonly tables?: readonly Table[];
  readonly figures?: readonly ReportFigure[];
  readonly grids?: readonly FigureGrid[];
}

/** Experiments that share a section: one table or figure under several configurations. */
export interface ReportGroup {
  /** Unique in the report; letters, digits, `-`. */
  readonly id: string;
  readonly title: string;
  /** Titled with all that their numbers depend on: data set, size, steps, seeds. */
  readonly experiments: readonly ReportExperiment[];
}

/** One section per group, with links to its experiments. */
export function groupSections({
  groups = [],
}: {
  readonly groups?: readonly ReportGroup[];
}): Section[] {
  return groups.map(({ id, title, experiments }) => {
    const links = experiments.map(
      (one) => `<li><a href="#${one.id}">${escapeHtml(one.title)}</a></li>`,
    );
    const nav = `<nav aria-label="${escapeHtml(title)}"><ul>${links.join('')}</ul></nav>`;
    return {
      id,
      title: escapeHtml(title),
      html: [nav, ...experiments.map(experimentHtml)].join('\n'),
    };
  });
}

function experimentHtml(experiment: ReportExperiment): string {
  const { id, title, command, lead, tables = [], figures = [], grids = [] } = experiment;
  return [
    `<article id="${id}" aria-labelledby="${id}-heading"><h3 id="${id}-heading">${escapeHtml(title)}</h3>`,
    `<p>${escapeHtml(lead)}</p>`,
    ...(command
      ? [
          `<pre tabindex="0" role="region" aria-label="Command"><code>${escapeHtml(command)}</code></pre>`,
        ]
      : []),
    tablesHtml(tables),
    ...(figures.length ? [chartsHtml(figures)] : []),
    ...(grids.length
      ? [
          `<details><summary>Images of ${grids.length} frame${grids.length === 1 ? '' : 's'}</summary>${gridsHtml(grids, 'h4')}</details>`,
        ]
      : []),
    '</article>',
  ].join('\n');
}
