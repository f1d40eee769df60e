import { renderSvg, type ReportFigure } from '@scene-mtl/eval';
import { groupSlug, slugOf, type ItemResults, type ResultsGroup } from './group.ts';

/** Start of the ids and file names of an item in a group: `quick-street-figure9`. */
export const itemSlug = (group: ResultsGroup, item: ItemResults): string =>
  `${groupSlug(group)}-${slugOf(item.name)}`;

/** The charts of an item, rendered, in order. */
export async function chartsOf(group: ResultsGroup, item: ItemResults): Promise<ReportFigure[]> {
  const figures: ReportFigure[] = [];
  for (const { name, spec, caption, description } of item.artefacts?.figures ?? []) {
    const id = `${itemSlug(group, item)}-${slugOf(name)}`;
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
    .replace('</title>', '</title><rect width="100%" height="100%" fill="#ffffff"/>')}\n`;
