import { toMarkdown, type ReportFigure } from '@scene-mtl/eval';
import { partSlug } from './figures.ts';
import { commandOf, groupHeading, groupName, groupSlug, type ResultsGroup } from './group.ts';
import { escaped, markdownTable } from './markdown-table.ts';
import { conditionsOf, overviewHead, overviewOf } from './overview.ts';
import { howToRead, notRunLead, subject } from './reading.ts';
import { sectionsOf, type SectionPart } from './sections.ts';
import { claims, notRun, outcome } from './verdicts.ts';

/** Pictures of an item, already rendered. */
export interface ItemPictures {
  readonly charts: readonly ReportFigure[];
  /** Titles of the frames shown in Markdown, what their sheets show, and the paths of these. */
  readonly sheets: readonly {
    readonly title: string;
    readonly legend: string;
    readonly path: string;
  }[];
}

/** Folder of figures, relative to RESULTS.md. */
export const FIGURES = 'results/figures';

const HTML = '[results/report.html](results/report.html)';

/** `RESULTS.md`. */
export function resultsMarkdown(
  groups: readonly ResultsGroup[],
  pictures: (part: SectionPart) => ItemPictures,
): string {
  const parts = [
    '# Results',
    subject,
    `_Written by \`npm run replicate -- report\` from the records in \`results/\`; not edited by hand. With all pictures: ${HTML}._`,
    '## Summary',
    summary(groups),
    contents(groups),
    '## Verdicts',
    verdictTable(groups),
    ...notRunParts(groups),
    '## How to read this',
    howToRead.map((line) => `- ${escaped(line)}`).join('\n'),
    ...sectionsOf(groups).flatMap((section) => [
      `<a id="${section.name}"></a>`,
      `## ${escaped(section.title)}`,
      ...section.parts.flatMap((part) => partLines(part, pictures(part))),
    ]),
    '## Conditions and machines',
    ...groups.flatMap((group) => [
      `<a id="${groupSlug(group)}"></a>`,
      `### ${escaped(groupName(group))}`,
      facts(group),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const summary = (groups: readonly ResultsGroup[]): string =>
  markdownTable(
    ['Group of results', ...overviewHead],
    groups.map((group) => [
      link(groupName(group), groupSlug(group)),
      ...overviewOf(group).map(escaped),
    ]),
  );

/** Items and groups, each cell a link to its tables and pictures. */
function contents(groups: readonly ResultsGroup[]): string {
  const rows = sectionsOf(groups).map(({ name, title, parts }) => [
    link(title, name),
    ...groups.map((group) => {
      const part = parts.find((one) => one.group === group);
      return part ? link(outcome(part.artefacts), partSlug(part)) : '–';
    }),
  ]);
  return markdownTable(['Verdicts by item', ...groups.map((g) => escaped(groupName(g)))], rows);
}

function verdictTable(groups: readonly ResultsGroup[]): string {
  const rows = claims(groups).flatMap(({ claim, source, findings }) =>
    findings.map(({ group, judgement, evidence }, i) => [
      // A claim is printed once; its groups follow below it.
      i === 0 ? `${escaped(claim)}<br>_${escaped(source)}_` : '',
      escaped(group),
      `**${escaped(judgement)}**`,
      escaped(evidence),
    ]),
  );
  if (rows.length === 0) return 'None yet: nothing was run.';
  return markdownTable(['Claim', 'Group', 'Verdict', 'Evidence'], rows);
}

function notRunParts(groups: readonly ResultsGroup[]): string[] {
  const lines = notRun(groups).map(
    ({ group, command, items }) =>
      `- Not run at ${escaped(group)}: ${items.map(escaped).join(', ')}. Command: \`${command}\``,
  );
  return lines.length > 0 ? ['### Not run', notRunLead, lines.join('\n')] : [];
}

function facts(group: ResultsGroup): string {
  const all = overviewHead.map((name, i) => [name.toLowerCase(), overviewOf(group)[i]]);
  const rest = Object.entries(conditionsOf(group)).filter(([name]) => name !== 'commit');
  return [...all, ...rest]
    .map(([name, value]) => `- ${escaped(name)}: ${escaped(value)}`)
    .join('\n');
}

function partLines(part: SectionPart, { charts, sheets }: ItemPictures): string[] {
  const { group, item, artefacts } = part;
  const rest = artefacts.strips.length - sheets.length;
  return [
    `<a id="${partSlug(part)}"></a>`,
    `### ${escaped(groupHeading(group))}`,
    escaped(artefacts.lead),
    `\`\`\`sh\n${commandOf(group, item)}\n\`\`\``,
    ...artefacts.tables.map(({ table }) => toMarkdown(table).trimEnd()),
    ...charts.flatMap(({ id, caption }) => [
      `![${escaped(caption)}](${FIGURES}/${id}.svg)`,
      `_${escaped(caption)}_`,
    ]),
    ...sheets.flatMap(({ title, legend, path }) => [
      `![${escaped(title)}](${path})`,
      `_${escaped(title)}. Row by row: ${escaped(legend)}._`,
    ]),
    ...(rest > 0 ? [`${rest} more frame${rest === 1 ? ' is' : 's are'} in ${HTML}.`] : []),
  ];
}

const link = (text: string, anchor: string): string => `[${escaped(text)}](#${anchor})`;
