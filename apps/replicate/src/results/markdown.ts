import { toMarkdown, type ReportFigure } from '@scene-mtl/eval';
import { encoderText } from '../config/encoder-text.ts';
import { markdownTable } from './markdown-table.ts';
import {
  groupEnvironment,
  groupHeading,
  groupName,
  groupSlug,
  type ItemResults,
  type ResultsGroup,
} from './group.ts';
import { itemSlug } from './figures.ts';
import { howToRead, subject } from './reading.ts';
import { claims, itemNames, outcome } from './verdicts.ts';

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

/** `RESULTS.md`. */
export function resultsMarkdown(
  groups: readonly ResultsGroup[],
  pictures: (group: ResultsGroup, item: ItemResults) => ItemPictures,
): string {
  const parts = [
    '# Results',
    subject,
    '_Written by `npm run replicate -- report` from the records in `results/`; not edited by hand. With all pictures: [results/report.html](results/report.html)._',
    '## How to read this',
    howToRead.map((line) => `- ${text(line)}`).join('\n'),
    '## Verdicts',
    verdictTable(groups),
    '## What was run',
    overview(groups),
    ...groups.flatMap((group) => [
      `<a id="${groupSlug(group)}"></a>`,
      `## ${text(groupHeading(group))}`,
      facts(group),
      ...group.items.flatMap((item) => itemParts(group, item, pictures(group, item))),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function verdictTable(groups: readonly ResultsGroup[]): string {
  const rows = claims(groups).flatMap(({ claim, source, findings }) =>
    findings.map(({ group, judgement, evidence }, i) => [
      // A claim is printed once; its groups follow below it.
      ...(i === 0 ? [claim, source] : ['', '']),
      group,
      judgement,
      evidence,
    ]),
  );
  if (rows.length === 0) return 'None yet: nothing was run.';
  return markdownTable(['Claim', 'Source', 'Group', 'Verdict', 'Evidence'], rows);
}

function overview(groups: readonly ResultsGroup[]): string {
  const rows = itemNames(groups).map((name) => {
    const titles = groups.flatMap((g) => g.items.filter((item) => item.name === name));
    return [titles[0].title, ...groups.map((group) => outcome(group, name) ?? '–')];
  });
  return markdownTable(['Item', ...groups.map(groupName)], rows);
}

function facts(group: ResultsGroup): string {
  const { config, data } = group;
  const { train, val } = data.frames;
  const { batchSize, learningRate } = config.training;
  return [
    `- data: ${text(data.name)}, ${train} training and ${val} validation frames`,
    `- batch: ${batchSize} images; learning rate ${learningRate}; encoder ${text(encoderText(config.network.encoder))}`,
    ...Object.entries(groupEnvironment(group)).map(
      ([name, value]) => `- ${text(name)}: ${text(value)}`,
    ),
  ].join('\n');
}

function itemParts(
  group: ResultsGroup,
  item: ItemResults,
  { charts, sheets }: ItemPictures,
): string[] {
  const { artefacts } = item;
  const head = [
    `<a id="${itemSlug(group, item)}"></a>`,
    `### ${text(item.title)} (${text(groupName(group))})`,
  ];
  const command = `\`\`\`sh\n${item.command}\n\`\`\``;
  if (!artefacts) return [...head, '– not run; the command would be', command];
  const rest = artefacts.strips.length - sheets.length;
  return [
    ...head,
    text(artefacts.lead),
    command,
    ...artefacts.tables.map(({ table }) => toMarkdown(table).trimEnd()),
    ...charts.flatMap(({ id, caption }) => [
      `![${text(caption)}](${FIGURES}/${id}.svg)`,
      `_${text(caption)}_`,
    ]),
    ...sheets.flatMap(({ title, legend, path }) => [
      `![${text(title)}](${path})`,
      `_${text(title)}. Row by row: ${text(legend)}._`,
    ]),
    ...(rest > 0
      ? [
          `${rest} more frame${rest === 1 ? ' is' : 's are'} in [results/report.html](results/report.html).`,
        ]
      : []),
  ];
}

/** Text that Markdown must not read as markup. */
const text = (value: string): string => value.replace(/[\\*_`<>[\]]/g, '\\$&');
