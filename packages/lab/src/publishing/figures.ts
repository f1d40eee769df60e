import { renderSvg, type ReportFigure } from '@scene-mtl/eval';
import { groupSlug, slugOf } from './group.ts';
import type { SectionPart } from './sections.ts';

/** Start of the ids and file names of an experiment in a group. */
export const partSlug = ({ group, experiment }: SectionPart): string =>
  `${groupSlug(group)}-${slugOf(experiment.name)}`;

/** The charts of an experiment, rendered, in order. */
export async function chartsOf(part: SectionPart, count = Infinity): Promise<ReportFigure[]> {
  const figures: ReportFigure[] = [];
  for (const { name, spec, caption, description } of part.artefacts.figures.slice(0, count)) {
    const id = `${partSlug(part)}-${slugOf(name)}`;
    figures.push({ id, svg: await renderSvg(spec, { id, description }), caption });
  }
  return figures;
}

/**
 * A chart that stands alone in Markdown: inside a page its ink follows the page, as a picture it
 * needs ink and ground of its own to be seen on a dark one.
 */
export const standalone = (svg: string): string =>
  `${svg
    .replaceAll('currentColor', '#1b1f24')
    .replace(
      /<\/title>(?:<desc[^>]*>[^<]*<\/desc>)?/,
      '$&<rect width="100%" height="100%" fill="#ffffff"/>',
    )}\n`;
