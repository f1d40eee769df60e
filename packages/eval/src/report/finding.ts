import type { Table } from '../tables/table.ts';
import { escapeHtml } from './escape.ts';
import type { ReportFigure } from './report.ts';
import { chartsHtml, tablesHtml, type Section } from './sections.ts';
import { tallyHtml, verdictHtml, type Sign } from './signs.ts';

/** What a report begins with: what came out, in words, with the table and the picture behind it. */
export interface MainFinding {
  /** Which data, how long, how many seeds: what all of it was made with; may be empty. */
  readonly conditions: string;
  /** The claims that matter most, each with its verdict. */
  readonly claims: readonly {
    readonly claim: string;
    readonly sign: Sign;
    readonly judgement: string;
    /** The first number behind it. */
    readonly evidence: string;
  }[];
  /** All verdicts of the same conditions, to be counted. */
  readonly verdicts: readonly { readonly sign: Sign; readonly judgement: string }[];
  readonly table?: Table;
  /** Pictures of the table; those that find no place beside it are folded. */
  readonly figures: readonly ReportFigure[];
  /** Where the rest of it stands: id and title of an experiment. */
  readonly more?: { readonly id: string; readonly title: string };
}

/** Charts that stand beside the table. */
const BESIDE = 2;

/** Claims of one word together, then the table beside its picture. */
export function findingSection(finding: MainFinding | undefined): Section | null {
  if (!finding) return null;
  const { conditions, claims, verdicts, table, figures, more } = finding;
  const order: readonly Sign[] = ['holds', 'fails', 'open'];
  const sorted = order.flatMap((sign) => claims.filter((claim) => claim.sign === sign));
  const items = sorted.map(
    ({ claim, sign, judgement, evidence }) =>
      `<li>${verdictHtml(sign, judgement)} ${escapeHtml(claim)}${evidence ? ` <span class="note">${escapeHtml(evidence)}</span>` : ''}</li>`,
  );
  const counted = `${verdicts.length === 1 ? 'One verdict' : `All ${verdicts.length} verdicts`} of these runs: ${tallyHtml(verdicts)}`;
  const link = more ? ` <a href="#${more.id}">${escapeHtml(more.title)}</a>` : '';
  const [shown, others] = [figures.slice(0, BESIDE), figures.slice(BESIDE)];
  const rest =
    others.length > 0
      ? `<details><summary>Charts of the other columns</summary>${chartsHtml(others)}</details>`
      : '';
  const beside = [
    ...(table ? [tablesHtml([table])] : []),
    ...(shown.length > 0 ? [chartsHtml(shown)] : []),
  ];
  const html = [
    ...(conditions === '' ? [] : [`<p class="conditions">${escapeHtml(conditions)}</p>`]),
    ...(items.length > 0 ? [`<ul class="findings">${items.join('\n')}</ul>`] : []),
    `<p class="counted">${counted}${link}</p>`,
    ...(beside.length > 0 ? [`<div class="beside">${beside.join('')}</div>`] : []),
    rest,
  ];
  return { id: 'finding', title: 'Main finding', html: html.join('\n') };
}
