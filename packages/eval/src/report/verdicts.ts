import { escapeHtml } from './escape.ts';
import type { Section } from './sections.ts';

/** What one group of results says about a claim. */
export interface ReportFinding {
  readonly group: string;
  /** `reproduced`, `not reproduced`, `cannot tell`; in words, so that no colour is needed. */
  readonly judgement: string;
  readonly evidence: string;
}

/** A claim with what every group of results says about it. */
export interface ReportVerdict {
  readonly claim: string;
  /** Where it is made: section, table or figure. */
  readonly source: string;
  readonly findings: readonly ReportFinding[];
}

/** Claims one below the other: evidence is too long for the columns of a table on a phone. */
export function verdictsSection({
  verdicts = [],
}: {
  readonly verdicts?: readonly ReportVerdict[];
}): Section | null {
  if (!verdicts.length) return null;
  const html = verdicts.map(({ claim, source, findings }) => {
    const each = findings.map(
      ({ group, judgement, evidence }) =>
        `<div><dt>${escapeHtml(group)}</dt><dd><strong class="judgement">${escapeHtml(judgement)}</strong> ${escapeHtml(evidence)}</dd></div>`,
    );
    return `<li><h3>${escapeHtml(claim)}</h3><p class="note">${escapeHtml(source)}</p><dl class="facts">${each.join('\n')}</dl></li>`;
  });
  return {
    id: 'verdicts',
    title: 'Verdicts',
    html: `<ol class="verdicts">${html.join('\n')}</ol>`,
  };
}
