import { escapeHtml } from './escape.ts';
import type { ReportInput } from './report.ts';
import type { Section } from './sections.ts';
import { tallyHtml, verdictHtml, type Sign } from './signs.ts';

/** What one group of results says about a claim. */
export interface ReportFinding {
  readonly group: string;
  /** `reproduced`, `not reproduced`, `cannot tell`; in words, so that no colour is needed. */
  readonly judgement: string;
  readonly sign: Sign;
  readonly evidence: string;
}

/** A claim with what every group of results says about it. */
export interface ReportVerdict {
  readonly claim: string;
  /** Where it is made: section, table or figure. */
  readonly source: string;
  /** Id of the group of experiments that judges it. */
  readonly section?: string;
  readonly findings: readonly ReportFinding[];
}

/** What a group of results did not run. */
export interface ReportNotRun {
  readonly group: string;
  /** The command that runs one of them. */
  readonly command: string;
  readonly experiments: readonly string[];
}

/** A line a claim with its verdicts, the evidence below it on demand; a filter where scripts run. */
export function verdictsSection({
  verdicts = [],
  notRun = { lead: '', groups: [] },
}: Pick<ReportInput, 'verdicts' | 'notRun'>): Section | null {
  if (!verdicts.length && !notRun.groups.length) return null;
  const lines = notRun.groups.map(
    ({ group, command, experiments }) =>
      `<div data-group="${escapeHtml(group)}"><dt>${escapeHtml(group)}</dt><dd>${experiments.map(escapeHtml).join(', ')}. <code>${escapeHtml(command)}</code></dd></div>`,
  );
  const html = [
    ...(verdicts.length > 0
      ? [
          `<p class="counted">${tallyHtml(verdicts.flatMap(({ findings }) => findings))}</p>`,
          filterHtml(verdicts),
          `<ol class="claims">${verdicts.map(claimHtml).join('\n')}</ol>`,
        ]
      : []),
    ...(lines.length > 0
      ? [
          `<details><summary><h3>Not run</h3></summary><p>${escapeHtml(notRun.lead)}</p><dl class="facts">${lines.join('\n')}</dl></details>`,
        ]
      : []),
  ];
  return { id: 'verdicts', title: 'Claims', html: html.join('\n') };
}

function claimHtml({ claim, source, section, findings }: ReportVerdict): string {
  const chips = findings.map(({ sign, judgement, group }) => verdictHtml(sign, judgement, group));
  const each = findings.map(
    ({ group, sign, judgement, evidence }) =>
      `<div data-group="${escapeHtml(group)}"><dt>${escapeHtml(group)}</dt><dd>${verdictHtml(sign, judgement)} ${escapeHtml(evidence)}</dd></div>`,
  );
  const link = section === undefined ? '' : ` <a href="#${section}">Tables and charts</a>`;
  return `<li><details><summary><span class="claim">${escapeHtml(claim)}</span> <span class="chips">${chips.join(' ')}</span></summary><p class="note">${escapeHtml(source)}.${link}</p><dl class="facts">${each.join('\n')}</dl></details></li>`;
}

/** Shown by the script alone: without it nothing could be filtered. */
function filterHtml(verdicts: readonly ReportVerdict[]): string {
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  const options = (values: readonly string[]): string =>
    [...new Set(values)]
      .map((value) => `<option value="${escapeHtml(value)}">${escapeHtml(value)}</option>`)
      .join('');
  return `<form id="filter" hidden>
<label>Claim <input type="search" name="claim" autocomplete="off"></label>
<label>Group <select name="group"><option value="">all</option>${options(findings.map(({ group }) => group))}</select></label>
<label>Verdict <select name="verdict"><option value="">all</option>${options(findings.map(({ judgement }) => judgement))}</select></label>
<output name="count" aria-live="polite"></output>
</form>`;
}
