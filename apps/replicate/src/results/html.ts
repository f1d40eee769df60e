import { report, type ReportFigure } from '@scene-mtl/eval';
import {
  groupEnvironment,
  groupHeading,
  groupSlug,
  type ItemResults,
  type ResultsGroup,
} from './group.ts';
import { itemSlug } from './figures.ts';
import { howToRead, subject } from './reading.ts';
import { claims } from './verdicts.ts';

/** `results/report.html`: everything in one file. */
export const resultsHtml = (
  groups: readonly ResultsGroup[],
  charts: (group: ResultsGroup, item: ItemResults) => readonly ReportFigure[],
): string =>
  report({
    title: 'Multi-task learning with learned loss weights: results',
    lead: subject,
    howToRead,
    verdicts: claims(groups),
    groups: groups.map((group) => ({
      id: groupSlug(group),
      title: groupHeading(group),
      environment: groupEnvironment(group),
      items: group.items.map((item) => {
        const { title, command, artefacts } = item;
        const common = { id: itemSlug(group, item), title, command };
        if (!artefacts) return { ...common, lead: '– Not run.' };
        return {
          ...common,
          lead: artefacts.lead,
          tables: artefacts.tables.map(({ table }) => table),
          figures: charts(group, item),
          strips: artefacts.strips,
        };
      }),
    })),
  });
