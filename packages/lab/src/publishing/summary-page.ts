import { toMarkdown } from '@scene-mtl/eval';
import { commandOf, type ResultsGroup, type ResultsTexts } from './group.ts';
import { escaped, markdownTable } from './markdown-table.ts';
import { sectionsOf, type SectionPart } from './sections.ts';
import { claims, notRun } from './verdicts.ts';

/** Where the summary finds other pages. */
export interface SummaryLinks {
  /** Path of the page of a section. */
  readonly section: (name: string) => string;
  /** Path of the page of conditions and machines. */
  readonly conditions: string;
}

/**
 * The page that one reads: what was asked, a line a claim with the verdict of each group and the first number
 * behind it, the main table, and what was not run.
 */
export function summaryPage(
  groups: readonly ResultsGroup[],
  texts: ResultsTexts,
  links: SummaryLinks,
): string {
  const parts = [
    '# Results',
    texts.subject,
    `_Written by \`${texts.program} report\` from the runs in \`results/\`; not edited by hand. Every table, curve and picture in one page: \`${texts.program} report --html report.html\`._`,
    '## What was asked',
    ...texts.asked,
    overviewTable(groups),
    `Machines, versions and the rest of the conditions: [${links.conditions}](${links.conditions}).`,
    '## Claims',
    claimsTable(groups, links),
    ...mainTable(groups, texts, links),
    ...notRunParts(groups, texts),
    '## How to read this',
    texts.howToRead.map((line) => `- ${escaped(line)}`).join('\n'),
    '## Details',
    sectionsOf(groups)
      .map(({ name, title }) => `- [${escaped(title)}](${links.section(name)})`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const overviewTable = (groups: readonly ResultsGroup[]): string =>
  markdownTable(
    ['Group of results', ...Object.keys(groups[0]?.overview ?? {})],
    groups.map(({ name, overview }) => [name, ...Object.values(overview)].map(escaped)),
  );

/** A line a claim; the number is of the group that decides, or of all, with most seeds. */
function claimsTable(groups: readonly ResultsGroup[], links: SummaryLinks): string {
  const seeds = ({ group }: { readonly group: string }): number =>
    groups.find(({ name }) => name === group)?.seeds ?? 0;
  const rows = claims(groups).map(({ claim, section, findings }) => {
    const deciding = findings.filter(({ judgement }) => judgement !== 'cannot tell');
    const told = (deciding.length > 0 ? deciding : findings).reduce((best, finding) =>
      seeds(finding) > seeds(best) ? finding : best,
    );
    return [
      `[${escaped(claim)}](${links.section(section)})`,
      ...groups.map(({ name }) => findings.find(({ group }) => group === name)?.judgement ?? '–'),
      `${escaped(firstPart(told.evidence))} _(${escaped(told.group)})_`,
    ];
  });
  if (rows.length === 0) return 'None yet: nothing was run.';
  return markdownTable(['Claim', ...groups.map(({ name }) => escaped(name)), 'Evidence'], rows);
}

/** What stands before the first `; ` that is not within brackets. */
export function firstPart(evidence: string): string {
  let open = 0;
  for (let i = 0; i < evidence.length; i++) {
    if (evidence[i] === '(') open++;
    if (evidence[i] === ')') open--;
    if (open === 0 && evidence.startsWith('; ', i)) return evidence.slice(0, i);
  }
  return evidence;
}

function mainTable(
  groups: readonly ResultsGroup[],
  texts: ResultsTexts,
  links: SummaryLinks,
): string[] {
  const section = sectionsOf(groups).find(({ name }) => name === texts.main);
  const part: SectionPart | undefined = section?.parts[0];
  const table = part?.artefacts.tables[0]?.table;
  if (!section || !part || !table) return [];
  return [
    `## ${escaped(section.title)}`,
    `${escaped(part.group.heading)}; other groups in [${links.section(section.name)}](${links.section(section.name)}).`,
    `\`\`\`sh\n${commandOf(texts, part.group, part.experiment)}\n\`\`\``,
    toMarkdown({ ...table, notes: [] }).trimEnd(),
  ];
}

function notRunParts(groups: readonly ResultsGroup[], texts: ResultsTexts): string[] {
  const lines = notRun(groups, texts).map(
    ({ group, command, experiments }) =>
      `- Not run at ${escaped(group)}: ${experiments.map(escaped).join(', ')}. Command: \`${command}\``,
  );
  return lines.length > 0 ? ['## Not run', texts.notRunLead, lines.join('\n')] : [];
}
