import {
  columnChart,
  renderSvg,
  type MainFinding,
  type ReportFigure,
  type Table,
} from '@scene-mtl/eval';
import { signs } from '../compare/verdict.ts';
import { partSlug } from './figures.ts';
import { slugOf, type ResultsGroup, type ResultsTexts } from './group.ts';
import { mostSeeds, sectionsOf, type SectionPart } from './sections.ts';
import { firstPart } from './verdicts.ts';

/** px of the plotting area: the chart stands beside the table. */
const CHART_WIDTH = 220;

/**
 * What came out, for the top of a page: the claims of the main experiment with their verdicts, its table and
 * charts of its columns, as the group with most seeds has them, whose verdicts can tell most. Undefined where the
 * main experiment was not run.
 */
export async function mainFinding(
  groups: readonly ResultsGroup[],
  texts: Pick<ResultsTexts, 'main'>,
): Promise<MainFinding | undefined> {
  const section = sectionsOf(groups).find(({ name }) => name === texts.main);
  if (!section) return undefined;
  const part = mostSeeds(section);
  const table = part.artefacts.tables[0]?.table;
  const judged = (artefacts: SectionPart['artefacts']) =>
    artefacts.verdicts
      .filter(({ judgement }) => judgement !== 'not run')
      .map((verdict) => ({ ...verdict, sign: signs[verdict.judgement] }));
  return {
    conditions: part.experiment.heading,
    claims: judged(part.artefacts).map(({ claim, sign, judgement, evidence }) => ({
      ...{ claim, sign, judgement },
      // Intervals stand with the claim below; here two numbers do.
      evidence: firstPart(evidence).split(' (')[0],
    })),
    verdicts: part.group.experiments.flatMap(({ artefacts }) =>
      artefacts ? judged(artefacts) : [],
    ),
    ...(table && { table: short(table) }),
    figures: table ? await charts(table, part) : [],
    more: { id: partSlug(part), title: `${section.title.split(':')[0]} in full` },
  };
}

/** A table without what only its full form explains: published numbers, notes. */
const short = ({ published: _, notes: __, ...table }: Table): Table => ({
  ...table,
  rows: table.rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell) => {
      if (cell === null || typeof cell === 'string') return cell;
      const { published: ___, ...own } = cell;
      return own;
    }),
  })),
});

/** A chart of each column of which a direction is better. */
async function charts(table: Table, part: SectionPart): Promise<ReportFigure[]> {
  const figures: ReportFigure[] = [];
  for (const [c, { name, unit, better }] of table.columns.entries()) {
    const spec = better === undefined ? undefined : columnChart(table, c, CHART_WIDTH);
    if (!spec) continue;
    const id = `finding-${slugOf(name)}`;
    const caption = `${name}${unit ? ` (${unit})` : ''} by ${table.corner.toLowerCase()}, ${part.group.name}.`;
    figures.push({ id, svg: await renderSvg(spec, { id, description: caption }), caption });
  }
  return figures;
}
