import type { Table } from '../tables/table.ts';
import { escapeHtml } from './escape.ts';
import type { ReportFigure, FigureGrid, ReportInput } from './report.ts';
import { chartsHtml, gridsHtml, tablesHtml, type Section } from './sections.ts';
import { tallyHtml } from './signs.ts';

/** One experiment of a section. */
export interface ReportExperiment {
  /** Unique in the report; letters, digits, `-`. */
  readonly id: string;
  readonly title: string;
  /** The group of results that it is of, as verdicts name it. */
  readonly group?: string;
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

/**
 * All groups as one section: each folded under its title with the verdicts on its claims, and in it an experiment
 * for each configuration, the first one unfolded.
 */
export function groupsSection({
  groups = [],
  verdicts = [],
}: Pick<ReportInput, 'groups' | 'verdicts'>): Section | null {
  if (groups.length === 0) return null;
  const html = groups.map(({ id, title, experiments }) => {
    const own = verdicts.filter(({ section }) => section === id);
    const tally = own.length > 0 ? ` ${tallyHtml(own.flatMap(({ findings }) => findings))}` : '';
    return [
      `<section class="group" id="${id}" aria-labelledby="${id}-heading"><details><summary><h3 id="${id}-heading">${escapeHtml(title)}</h3>${tally}</summary>`,
      ...experiments.map(experimentHtml),
      '</details></section>',
    ].join('\n');
  });
  return { id: 'experiments', title: 'Experiments', html: html.join('\n') };
}

function experimentHtml(experiment: ReportExperiment, place: number): string {
  const { id, title, command, lead, group, tables = [], figures = [], grids = [] } = experiment;
  const of = group === undefined ? '' : ` data-group="${escapeHtml(group)}"`;
  return [
    `<article class="part" id="${id}"${of} aria-labelledby="${id}-heading"><details${place === 0 ? ' open' : ''}><summary><h4 id="${id}-heading">${escapeHtml(title)}</h4></summary>`,
    `<p>${escapeHtml(lead)}</p>`,
    tablesHtml(tables),
    ...(figures.length ? [chartsHtml(figures)] : []),
    ...(grids.length
      ? [
          `<details><summary>Images of ${grids.length} frame${grids.length === 1 ? '' : 's'}</summary>${gridsHtml(grids, 'h5')}</details>`,
        ]
      : []),
    ...(command
      ? [
          `<pre tabindex="0" role="group" aria-label="Command"><code>${escapeHtml(command)}</code></pre>`,
        ]
      : []),
    '</details></article>',
  ].join('\n');
}
