import { chartsOf, itemSlug, standalone } from './figures.ts';
import type { ItemResults, ResultsFile, ResultsGroup } from './group.ts';
import { resultsHtml } from './html.ts';
import { FIGURES, resultsMarkdown, type ItemPictures } from './markdown.ts';
import { sheetOf } from './sheet.ts';

/** Frames of an item that RESULTS.md shows; the rest is in the HTML report. */
const SHOWN_FRAMES = 3;

/**
 * `RESULTS.md`, its figures and strips under `results/figures/`, and `results/report.html`. The same
 * groups give the same bytes.
 * @throws RangeError when two groups have one name, or a table is incomplete
 */
export async function resultsFiles(groups: readonly ResultsGroup[]): Promise<ResultsFile[]> {
  const pictures = new Map<ItemResults, ItemPictures>();
  const files: ResultsFile[] = [];
  for (const group of groups) {
    for (const item of group.items) {
      const charts = await chartsOf(group, item);
      for (const { id, svg } of charts) {
        files.push({ path: `${FIGURES}/${id}.svg`, content: standalone(svg) });
      }
      const shown = (item.artefacts?.strips ?? []).slice(0, SHOWN_FRAMES);
      const sheets: { title: string; path: string }[] = [];
      for (const [i, strip] of shown.entries()) {
        const path = `${FIGURES}/${itemSlug(group, item)}-frame-${i + 1}.png`;
        sheets.push({ title: strip.title, path });
        files.push({ path, content: await sheetOf(strip) });
      }
      pictures.set(item, { charts, sheets });
    }
  }
  const none: ItemPictures = { charts: [], sheets: [] };
  const of = (item: ItemResults): ItemPictures => pictures.get(item) ?? none;
  return [
    { path: 'RESULTS.md', content: resultsMarkdown(groups, (_, item) => of(item)) },
    { path: 'results/report.html', content: resultsHtml(groups, (_, item) => of(item).charts) },
    ...files,
  ];
}
