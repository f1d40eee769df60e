import { report, type ReportFigure, type Table } from '@scene-mtl/eval';
import { partSlug } from './figures.ts';
import { commandOf, groupHeading, groupName, type ResultsGroup } from './group.ts';
import { conditionsOf, overviewHead, overviewOf } from './overview.ts';
import { howToRead, notRunLead, subject } from './reading.ts';
import { sectionsOf, type SectionPart } from './sections.ts';
import { claims, notRun, outcome } from './verdicts.ts';

/** `results/report.html`: everything in one file. */
export const resultsHtml = (
  groups: readonly ResultsGroup[],
  charts: (part: SectionPart) => readonly ReportFigure[],
): string =>
  report({
    title: 'Multi-task learning with learned loss weights: results',
    lead: subject,
    overview: [summary(groups), contents(groups)],
    verdicts: claims(groups),
    notRun: { lead: notRunLead, groups: notRun(groups) },
    howToRead,
    groups: sectionsOf(groups).map(({ name, title, parts }) => ({
      id: name,
      title,
      items: parts.map((part) => ({
        id: partSlug(part),
        title: groupHeading(part.group),
        command: commandOf(part.group, part.item),
        lead: part.artefacts.lead,
        tables: part.artefacts.tables.map(({ table }) => table),
        figures: charts(part),
        strips: part.artefacts.strips,
      })),
    })),
    environments: groups.map((group) => ({
      title: groupHeading(group),
      facts: conditionsOf(group),
    })),
  });

const summary = (groups: readonly ResultsGroup[]): Table => ({
  title: 'Groups of results',
  corner: 'Group',
  columns: overviewHead.map((name) => ({ name })),
  rows: groups.map((group) => ({ header: groupName(group), cells: overviewOf(group) })),
});

const contents = (groups: readonly ResultsGroup[]): Table => ({
  title: 'Verdicts by item',
  corner: 'Item',
  columns: groups.map((group) => ({ name: groupName(group) })),
  rows: sectionsOf(groups).map(({ title, parts }) => ({
    header: title,
    cells: groups.map((group) => {
      const part = parts.find((one) => one.group === group);
      return part ? outcome(part.artefacts) : null;
    }),
  })),
});
