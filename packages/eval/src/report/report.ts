import type { Table } from '../tables/table.ts';
import {
  configSection,
  environmentSection,
  figuresSection,
  readingSection,
  gridsSection,
  summarySection,
  tablesSection,
  type Section,
} from './sections.ts';
import { escapeHtml } from './escape.ts';
import { findingSection, type MainFinding } from './finding.ts';
import { groupsSection, type ReportGroup } from './groups.ts';
import { script } from './script.ts';
import { styleSheet } from './style.ts';
import { verdictsSection, type ReportNotRun, type ReportVerdict } from './verdicts.ts';

/** A headline number of the summary. */
export interface KeyNumber {
  readonly label: string;
  /** Formatted value with unit, e.g. `47.2 %`. */
  readonly value: string;
  /** One line of context: spread, baseline, data set. */
  readonly context?: string;
}

/** One chart of the report, already rendered. */
export interface ReportFigure {
  /** Unique in the report; letters, digits, `-`. Use it as `renderSvg`'s id too. */
  readonly id: string;
  /** SVG text from `renderSvg`. */
  readonly svg: string;
  /** Caption: what is shown, on which data, over how many seeds. */
  readonly caption: string;
  /** The figures behind the chart, shown on demand; also what a screen reader reads. */
  readonly data?: Table;
}

/** Pictures of one validation image. */
export interface FigureGrid {
  /** Name of the frame. */
  readonly title: string;
  readonly tiles: readonly {
    readonly name: string;
    /** What can be seen, for who cannot see it. */
    readonly alt: string;
    /** PNG file bytes. */
    readonly png: Uint8Array;
  }[];
}

/** Everything a report shows, as plain data. */
export interface ReportInput {
  readonly title: string;
  /** One or two sentences: what was run and what came out. */
  readonly lead: string;
  /** What came of it, before all else. */
  readonly finding?: MainFinding;
  /** Language of the texts as BCP 47 (default `en`). */
  readonly language?: string;
  readonly keyNumbers?: readonly KeyNumber[];
  /** Paragraphs of the summary. */
  readonly summary?: readonly string[];
  /** Tables of the summary: what was run, and what came of it. */
  readonly overview?: readonly Table[];
  /** Sentences that tell how to read the tables: data set, resolution, steps, seeds, marks. */
  readonly howToRead?: readonly string[];
  /** Claims and what the results say about them. */
  readonly verdicts?: readonly ReportVerdict[];
  /** Claims that could not be judged because nothing was run; below the verdicts. */
  readonly notRun?: { readonly lead: string; readonly groups: readonly ReportNotRun[] };
  readonly tables?: readonly Table[];
  readonly figures?: readonly ReportFigure[];
  readonly grids?: readonly FigureGrid[];
  /** Several tables or figures, one section each. */
  readonly groups?: readonly ReportGroup[];
  /** Name → value: machine, versions, commit, command, time. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The same of several configurations, each under its title. */
  readonly environments?: readonly {
    readonly title: string;
    readonly facts: Readonly<Record<string, string>>;
  }[];
  /** The full configuration of the run; shown as JSON. */
  readonly config?: unknown;
}

/**
 * A whole report as one HTML text: what came out and its pictures first, the rest folded. No network, pictures
 * inside the file; one small script filters and unfolds, and nothing needs it. Works by keyboard and screen reader
 * (skip link, landmarks, one heading per section, captions, scoped table headers), from 320 px wide, in light and
 * dark, and in print. Sections without data are left out. The same input gives the same bytes.
 *
 * @throws RangeError when two figures, groups or experiments have one id, or a table is incomplete
 */
export function report(input: ReportInput): string {
  const experiments = (input.groups ?? []).flatMap((group) => group.experiments);
  const figures = [
    ...(input.finding?.figures ?? []),
    ...(input.figures ?? []),
    ...experiments.flatMap((one) => one.figures ?? []),
  ];
  const sectionIds = [...(input.groups ?? []), ...experiments].map(({ id }) => id);
  assertDistinct(
    'figure',
    figures.map(({ id }) => id),
  );
  assertDistinct('group and experiment', sectionIds);
  const sections = [
    findingSection(input.finding),
    // What was asked can wait where what came out is told.
    input.finding ? null : summarySection(input),
    verdictsSection(input),
    tablesSection(input),
    figuresSection(input),
    gridsSection(input),
    groupsSection(input),
    input.finding ? summarySection(input) : null,
    readingSection(input),
    environmentSection(input),
    configSection(input),
  ].filter((section): section is Section => section !== null);
  const links = sections.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`);
  const bodies = sections.map(
    ({ id, title, html }) =>
      `<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>\n${html}\n</section>`,
  );
  return `<!doctype html>
<html lang="${escapeHtml(input.language ?? 'en')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(input.title)}</title>
<style>${styleSheet}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<h1>${escapeHtml(input.title)}</h1>
<p class="lead">${escapeHtml(input.lead)}</p>
<nav aria-label="Sections"><ul>${links.join('')}</ul></nav>
</header>
<main id="content" tabindex="-1">
${bodies.join('\n')}
</main>
<script>${script}</script>
</body>
</html>
`;
}

function assertDistinct(what: string, ids: readonly string[]): void {
  if (new Set(ids).size < ids.length) {
    throw new RangeError(`report: ${what} ids must differ, got ${ids.join(', ')}`);
  }
}
