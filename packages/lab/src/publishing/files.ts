import { claimsPage } from './claims-page.ts';
import { conditionsPage, detailPage, type PartPictures } from './detail-page.ts';
import { chartsOf, partSlug, standalone } from './figures.ts';
import { gridPicture, legendOf, type PictureCodec } from './grid-picture.ts';
import type { ResultsFile, ResultsGroup, ResultsTexts } from './group.ts';
import { sectionsOf, type SectionPart } from './sections.ts';
import { summaryPage } from './summary-page.ts';

/** Frames of an experiment that its page shows and that are published of each group. */
export const SHOWN_FRAMES = 2;

/** Charts that the page of an experiment shows, of the first group that has any. */
const SHOWN_CHARTS = 2;

/** The page that one reads. */
const SUMMARY = 'RESULTS.md';

/** Folder of the pages of experiments, and of their pictures inside it. */
const FOLDER = 'results';
const FIGURES = 'figures';

/**
 * `RESULTS.md`, under `results/` a page for each experiment, one of all claims and one of conditions, and the few
 * pictures that these show: charts and frames of the best evidence alone. The same groups give the same bytes.
 * @throws RangeError when two groups have one name, or a table is incomplete
 */
export async function resultsFiles(
  groups: readonly ResultsGroup[],
  texts: ResultsTexts,
  codec: PictureCodec,
): Promise<ResultsFile[]> {
  const sections = sectionsOf(groups);
  const files: ResultsFile[] = [];
  const isPicture = ({ path }: ResultsFile) => !path.endsWith('.md');
  const firstPicture = new Map<string, string | undefined>();
  for (const section of sections) {
    const pictures = new Map<SectionPart, PartPictures>();
    const before = files.length;
    const illustrated = section.parts.find(({ artefacts }) => artefacts.figures.length > 0);
    const photographed = section.parts.find(({ artefacts }) => artefacts.grids.length > 0);
    for (const part of section.parts) {
      const charts = part === illustrated ? await chartsOf(part, SHOWN_CHARTS) : [];
      for (const { id, svg } of charts) {
        files.push({ path: `${FOLDER}/${FIGURES}/${id}.svg`, content: standalone(svg) });
      }
      const shown: PartPictures['grids'][number][] = [];
      const grids = part === photographed ? part.artefacts.grids.slice(0, SHOWN_FRAMES) : [];
      for (const [i, grid] of grids.entries()) {
        const path = `${FIGURES}/${partSlug(part)}-frame-${i + 1}.png`;
        shown.push({ title: grid.title, legend: legendOf(grid), path });
        files.push({ path: `${FOLDER}/${path}`, content: await gridPicture(grid, codec) });
      }
      pictures.set(part, { charts, grids: shown });
    }
    firstPicture.set(section.name, files.slice(before).find(isPicture)?.path);
    const page = detailPage(section, texts, (part) => pictures.get(part)!, {
      summary: `../${SUMMARY}`,
      figures: FIGURES,
    });
    files.push({ path: pageOf(section.name), content: page });
  }
  const [claims, conditions] = [pageOf('claims'), pageOf('conditions')];
  const links = {
    ...{ section: pageOf, claims, conditions },
    picture: (section: string) => firstPicture.get(section),
  };
  const beside = (section: string) => `${section}.md`;
  return [
    { path: SUMMARY, content: summaryPage(groups, texts, links) },
    {
      path: claims,
      content: claimsPage(groups, texts, { summary: `../${SUMMARY}`, section: beside }),
    },
    { path: conditions, content: conditionsPage(groups, texts) },
    ...files,
  ];
}

const pageOf = (section: string): string => `${FOLDER}/${section}.md`;
