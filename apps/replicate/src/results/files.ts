import { chartsOf, partSlug, standalone } from './figures.ts';
import type { ResultsFile, ResultsGroup } from './group.ts';
import { resultsHtml } from './html.ts';
import { FIGURES, resultsMarkdown, type ItemPictures } from './markdown.ts';
import { sectionsOf, type SectionPart } from './sections.ts';
import { legendOf, sheetOf } from './sheet.ts';

/** Frames of an item that RESULTS.md shows; the rest is in the HTML report. */
const SHOWN_FRAMES = 3;

/**
 * `RESULTS.md`, its figures and strips under `results/figures/`, and `results/report.html`. The same
 * groups give the same bytes.
 * @throws RangeError when two groups have one name, or a table is incomplete
 */
export async function resultsFiles(groups: readonly ResultsGroup[]): Promise<ResultsFile[]> {
  const pictures = new Map<string, ItemPictures>();
  const files: ResultsFile[] = [];
  for (const part of sectionsOf(groups).flatMap(({ parts }) => parts)) {
    const charts = await chartsOf(part);
    for (const { id, svg } of charts) {
      files.push({ path: `${FIGURES}/${id}.svg`, content: standalone(svg) });
    }
    const sheets: ItemPictures['sheets'][number][] = [];
    for (const [i, strip] of part.artefacts.strips.slice(0, SHOWN_FRAMES).entries()) {
      const path = `${FIGURES}/${partSlug(part)}-frame-${i + 1}.png`;
      sheets.push({ title: strip.title, legend: legendOf(strip), path });
      files.push({ path, content: await sheetOf(strip) });
    }
    pictures.set(partSlug(part), { charts, sheets });
  }
  const of = (part: SectionPart) => pictures.get(partSlug(part)) as ItemPictures;
  return [
    { path: 'RESULTS.md', content: resultsMarkdown(groups, of) },
    { path: 'results/report.html', content: resultsHtml(groups, (part) => of(part).charts) },
    ...files,
  ];
}
