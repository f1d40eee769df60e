import { toMarkdown, type ReportFigure } from '@scene-mtl/eval';
import { partSlug } from './figures.ts';
import { AMONG_MANY, amongMany } from './among-many.ts';
import { commandOf, factsOf, groupSlug, type ResultsGroup, type ResultsTexts } from './group.ts';
import { escaped, markdownTable } from './markdown-table.ts';
import type { ResultsSection, SectionPart } from './sections.ts';

/** Pictures of an experiment in a group, already rendered: those that its page shows. */
export interface PartPictures {
  readonly charts: readonly ReportFigure[];
  /** Titles of frames, what the pictures of their grids show, and the paths of these. */
  readonly grids: readonly {
    readonly title: string;
    readonly legend: string;
    readonly path: string;
  }[];
}

/** The page of an experiment: by group its command, verdicts, tables and the pictures that are shown. */
export function detailPage(
  { title, parts }: ResultsSection,
  texts: ResultsTexts,
  pictures: (part: SectionPart) => PartPictures,
  links: { readonly summary: string; readonly figures: string },
): string {
  const lines = [
    `# ${escaped(title)}`,
    `_Written by \`${texts.program} report\`; how to read it, and all claims: [${links.summary}](${links.summary})._`,
    ...parts.flatMap((part) => partLines(part, texts, pictures(part), links.figures)),
  ];
  return `${lines.join('\n\n')}\n`;
}

function partLines(
  part: SectionPart,
  texts: ResultsTexts,
  { charts, grids }: PartPictures,
  figures: string,
): string[] {
  const { experiment, artefacts } = part;
  const more = [
    ...count(artefacts.figures.length - charts.length, 'chart'),
    ...count(artefacts.grids.length - grids.length, 'frame'),
  ];
  return [
    `<a id="${partSlug(part)}"></a>`,
    `## ${escaped(experiment.heading)}`,
    escaped(artefacts.lead),
    `\`\`\`sh\n${commandOf(texts, experiment)}\n\`\`\``,
    ...(experiment.partly === undefined ? [] : [escaped(experiment.partly)]),
    ...verdictTable(part),
    ...artefacts.tables.map(({ table }) => toMarkdown(table).trimEnd()),
    ...charts.flatMap(({ id, caption }) => [
      `![${escaped(caption)}](${figures}/${id}.svg)`,
      `_${escaped(caption)}_`,
    ]),
    ...grids.flatMap(({ title, legend, path }) => [
      `![${escaped(title)}](${path})`,
      `_${escaped(title)}. Row by row: ${escaped(legend)}._`,
    ]),
    ...(more.length > 0
      ? [
          `Not shown here: ${more.join(' and ')}; see \`${texts.program} report --html report.html\`.`,
        ]
      : []),
  ];
}

const count = (n: number, what: string): string[] =>
  n > 0 ? [`${n} ${what}${n === 1 ? '' : 's'}`] : [];

function verdictTable({ artefacts: { verdicts }, group }: SectionPart): string[] {
  if (verdicts.length === 0) return [];
  const { fallen } = amongMany(group);
  const rows = verdicts.map((verdict) => {
    const { claim, source, judgement, evidence } = verdict;
    return [
      `${escaped(claim)} _(${escaped(source)})_`,
      `**${escaped(judgement)}**${fallen.has(verdict) ? ` ${AMONG_MANY}` : ''}`,
      escaped(evidence) || '–',
    ];
  });
  return [markdownTable(['Claim', 'Verdict', 'Evidence'], rows)];
}

/** What each group was made with, and on which machines. */
export const conditionsPage = (groups: readonly ResultsGroup[], texts: ResultsTexts): string =>
  `${[
    '# Conditions and machines',
    `_Written by \`${texts.program} report\`._`,
    ...groups.flatMap((group) => [
      `<a id="${groupSlug(group)}"></a>`,
      `## ${escaped(group.name)}`,
      Object.entries(factsOf(group))
        .map(([name, value]) => `- ${escaped(name)}: ${escaped(value)}`)
        .join('\n'),
    ]),
  ].join('\n\n')}\n`;
