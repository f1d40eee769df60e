import { report, type ReportFigure, type Table } from '@scene-mtl/eval';
import { AMONG_MANY, amongManyText } from './among-many.ts';
import { chartsOf, partSlug } from './figures.ts';
import { commandOf, factsOf, type ResultsGroup, type ResultsTexts } from './group.ts';
import { mainFinding } from './main-finding.ts';
import { sectionsOf } from './sections.ts';
import { claims, notRun, outcome } from './verdicts.ts';

/**
 * Everything that groups of results show in one HTML file: all tables, curves and pictures.
 * @throws RangeError when two groups have one name, or a table is incomplete
 */
export async function resultsHtml(
  groups: readonly ResultsGroup[],
  texts: ResultsTexts,
): Promise<string> {
  const sections = sectionsOf(groups);
  const charts = new Map<string, readonly ReportFigure[]>();
  for (const part of sections.flatMap(({ parts }) => parts)) {
    charts.set(partSlug(part), await chartsOf(part));
  }
  const finding = await mainFinding(groups, texts);
  return report({
    title: 'Results',
    lead: texts.subject,
    ...(finding && { finding }),
    summary: [...texts.asked, amongManyText(groups)].filter((text) => text !== undefined),
    overview: [summary(groups), contents(groups)],
    verdicts: claims(groups).map(({ findings, ...claim }) => ({
      ...claim,
      findings: findings.map(({ stands, evidence, ...finding }) => ({
        ...finding,
        evidence: stands ? evidence : `${AMONG_MANY} ${evidence}`,
      })),
    })),
    notRun: { lead: texts.notRunLead, groups: notRun(groups, texts) },
    howToRead: texts.howToRead,
    groups: sections.map(({ name, title, parts }) => ({
      id: name,
      title,
      experiments: parts.map((part) => ({
        id: partSlug(part),
        title: part.experiment.heading,
        group: part.group.name,
        command: commandOf(texts, part.experiment),
        lead: part.artefacts.lead,
        tables: part.artefacts.tables.map(({ table }) => table),
        figures: charts.get(partSlug(part)) ?? [],
        grids: part.artefacts.grids,
      })),
    })),
    environments: groups.map((group) => ({ title: group.heading, facts: factsOf(group) })),
  });
}

const textColumn = (name: string) => ({ name, kind: 'text' as const });

const summary = (groups: readonly ResultsGroup[]): Table => ({
  title: 'Groups of results',
  corner: 'Group',
  columns: Object.keys(groups[0]?.overview ?? {}).map(textColumn),
  rows: groups.map(({ name, overview }) => ({ header: name, cells: Object.values(overview) })),
});

const contents = (groups: readonly ResultsGroup[]): Table => ({
  title: 'Verdicts by experiment',
  corner: 'Experiment',
  columns: groups.map(({ name }) => textColumn(name)),
  rows: sectionsOf(groups).map(({ title, parts }) => ({
    header: title,
    cells: groups.map((group) => {
      const part = parts.find((one) => one.group === group);
      return part ? outcome(part.artefacts) : null;
    }),
  })),
});
