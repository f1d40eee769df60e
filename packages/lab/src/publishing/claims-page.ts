import { AMONG_MANY, amongManyText } from './among-many.ts';
import type { ResultsGroup, ResultsTexts } from './group.ts';
import { escaped, markdownTable } from './markdown-table.ts';
import { claims, firstPart, notRun, telling } from './verdicts.ts';

/** Every claim with the verdict of each group and the first number behind it, and what was not run. */
export function claimsPage(
  groups: readonly ResultsGroup[],
  texts: ResultsTexts,
  links: { readonly summary: string; readonly section: (name: string) => string },
): string {
  const parts = [
    '# Claims',
    `_Written by \`${texts.program} report\`; how to read it: [${links.summary}](${links.summary})._`,
    ...[amongManyText(groups)].filter((text) => text !== undefined),
    claimsTable(groups, links.section),
    ...notRunParts(groups, texts),
  ];
  return `${parts.join('\n\n')}\n`;
}

function claimsTable(groups: readonly ResultsGroup[], page: (section: string) => string): string {
  const rows = claims(groups).map((one) => {
    const told = telling(one);
    return [
      `[${escaped(one.claim)}](${page(one.section)})`,
      ...groups.map(({ name }) => {
        const finding = one.findings.find(({ group }) => group === name);
        if (!finding) return '–';
        return finding.stands ? finding.judgement : `${finding.judgement} ${AMONG_MANY}`;
      }),
      `${escaped(firstPart(told.evidence))} _(${escaped(told.group)})_`,
    ];
  });
  if (rows.length === 0) return 'None yet: nothing was run.';
  return markdownTable(['Claim', ...groups.map(({ name }) => escaped(name)), 'Evidence'], rows);
}

function notRunParts(groups: readonly ResultsGroup[], texts: ResultsTexts): string[] {
  const lines = notRun(groups, texts).map(
    ({ group, command, experiments }) =>
      `- Not run at ${escaped(group)}: ${experiments.map(escaped).join(', ')}. Command: \`${command}\``,
  );
  return lines.length > 0 ? ['## Not run', texts.notRunLead, lines.join('\n')] : [];
}
