import { toMarkdown, type Sign } from '@scene-mtl/eval';
import { amongManyText } from './among-many.ts';
import { commandOf, type ResultsGroup, type ResultsTexts } from './group.ts';
import { escaped, markdownTable } from './markdown-table.ts';
import { mostSeeds, sectionsOf, type ResultsSection } from './sections.ts';
import { claims, firstPart, judgedSo, judgements, telling } from './verdicts.ts';

/** Where the summary finds other pages and pictures. */
export interface SummaryLinks {
  /** Path of the page of a section. */
  readonly section: (name: string) => string;
  /** Path of the first picture on the page of a section; undefined: it has none. */
  readonly picture: (name: string) => string | undefined;
  /** Path of the page of all claims. */
  readonly claims: string;
  /** Path of the page of conditions and machines. */
  readonly conditions: string;
}

/**
 * The page that one reads: what was asked, the first claim of each experiment with its mark, a number and a picture,
 * what was learned in doing it, and the main table.
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
    ...[amongManyText(groups)].filter((text) => text !== undefined),
    `Machines, versions and the rest of the conditions: [${links.conditions}](${links.conditions}).`,
    '## What came out',
    'The first claim of each experiment, as the group with most seeds that can tell it says; ' +
      `${Object.values(MARKS).join(', ')}. All claims, in every group: [${links.claims}](${links.claims}).`,
    firstClaims(groups, links),
    ...texts.remarks.flatMap(({ heading, points }) => [
      `## ${escaped(heading)}`,
      points.map((point) => `- ${point}`).join('\n'),
    ]),
    ...mainTable(groups, texts, links),
    '## How to read this',
    texts.howToRead.map((line) => `- ${escaped(line)}`).join('\n'),
    '## Details',
    sectionsOf(groups)
      .map(({ name, title }) => `- [${escaped(title)}](${links.section(name)})`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What the groups were made with, and how many of their claims were judged how. */
const overviewTable = (groups: readonly ResultsGroup[]): string =>
  markdownTable(
    ['Group of results', ...Object.keys(groups[0]?.overview ?? {}), ...judgements],
    groups.map((group) => [
      ...[group.name, ...Object.values(group.overview)].map(escaped),
      ...judgements.map((kind) => String(judgedSo(group, kind))),
    ]),
  );

/** Marks of verdicts, with what they stand for. */
const MARKS: Readonly<Record<Sign, string>> = {
  holds: '✓ reproduced',
  fails: '✗ not reproduced, or no difference that matters',
  open: '? cannot tell, or not measurable',
};

function firstClaims(groups: readonly ResultsGroup[], links: SummaryLinks): string {
  const all = claims(groups);
  const rows = sectionsOf(groups).flatMap(({ name, title }) => {
    const first = all.find(({ section }) => section === name);
    if (!first) return [];
    const { sign, evidence, group } = telling(first);
    const picture = links.picture(name);
    return [
      [
        `[${escaped(first.claim)}](${links.section(name)})`,
        MARKS[sign].slice(0, 1),
        `${escaped(firstPart(evidence))} _(${escaped(group)})_`,
        picture ? pictured(picture, title) : '–',
      ],
    ];
  });
  if (rows.length === 0) return 'None yet: nothing was run.';
  return markdownTable(['Claim', '', 'Number', 'Picture'], rows);
}

/** A picture small enough for a cell, which leads to itself. Markdown has no sizes. */
const pictured = (path: string, title: string): string =>
  `<a href="${path}"><img src="${path}" width="160" alt="${title.replace(/["&<>|]/g, ' ')}"></a>`;

function mainTable(
  groups: readonly ResultsGroup[],
  texts: ResultsTexts,
  links: SummaryLinks,
): string[] {
  const section: ResultsSection | undefined = sectionsOf(groups).find(
    ({ name }) => name === texts.main,
  );
  if (!section) return [];
  const { experiment, artefacts } = mostSeeds(section);
  if (artefacts.tables.length === 0) return [];
  const page = links.section(section.name);
  return [
    `## ${escaped(section.title)}`,
    `${escaped(experiment.heading)}; other groups in [${page}](${page}).`,
    `\`\`\`sh\n${commandOf(texts, experiment)}\n\`\`\``,
    toMarkdown({ ...artefacts.tables[0].table, notes: [] }).trimEnd(),
  ];
}
