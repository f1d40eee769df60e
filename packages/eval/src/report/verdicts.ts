import { escapeHtml } from './escape.ts';
import type { ReportInput } from './report.ts';
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

/** What a group of results did not run. */
export interface ReportNotRun {
  readonly group: string;
  /** The command that runs one of them. */
  readonly command: string;
  readonly experiments: readonly string[];
}

/** Claims one below the other: evidence is too long for the columns of a table on a phone. */
export function verdictsSection({
  verdicts = [],
  notRun = { lead: '', groups: [] },
}: Pick<ReportInput, 'verdicts' | 'notRun'>): Section | null {
  if (!verdicts.length && !notRun.groups.length) return null;
  const claims = verdicts.map(({ claim, source, findings }) => {
    const each = findings.map(
      ({ group, judgement, evidence }) =>
        `<div><dt>${escapeHtml(group)}</dt><dd><strong class="judgement">${escapeHtml(judgement)}</strong> ${escapeHtml(evidence)}</dd></div>`,
    );
    return `<li><h3>${escapeHtml(claim)}</h3><p class="note">${escapeHtml(source)}</p><dl class="facts">${each.join('\n')}</dl></li>`;
  });
  const lines = notRun.groups.map(
    ({ group, command, experiments }) =>
      `<div><dt>${escapeHtml(group)}</dt><dd>${experiments.map(escapeHtml).join(', ')}. <code>${escapeHtml(command)}</code></dd></div>`,
  );
  const html = [
    ...(claims.length > 0 ? [`<ol class="verdicts">${claims.join('\n')}</ol>`] : []),
    ...(lines.length > 0
      ? [
          `<h3>Not run</h3><p>${escapeHtml(notRun.lead)}</p><dl class="facts">${lines.join('\n')}</dl>`,
        ]
      : []),
  ];
  return { id: 'verdicts', title: 'Verdicts', html: html.join('\n') };
}
