import { writeAtomically } from '@scene-mtl/data/files';
import { join } from 'node:path';
import {
  renderPng,
  renderSvg,
  report,
  toCsv,
  toHtml,
  toJson,
  toLatex,
  toMarkdown,
  type ReportFigure,
  type Table,
} from '@scene-mtl/eval';
import { signs } from '../compare/verdict.ts';
import { environment } from '../store/environment.ts';
import { json } from '../store/files.ts';
import type { Artefacts } from './artefacts.ts';
import type { Experiment } from './experiment.ts';
import { verdictTable } from './verdict-table.ts';

/** What is written of an experiment. */
export interface WriteOptions {
  readonly folder: string;
  readonly experiment: Pick<Experiment, 'title'>;
  readonly config: object;
  readonly artefacts: Artefacts;
  /** Sentences before the tables. */
  readonly howToRead: readonly string[];
  /** The command as typed. */
  readonly command: string;
}

/** `<name>.md`, `.tex`, `.csv`, `.json` of each table, `.svg` and `.png` of each figure, verdicts, and `report.html`. */
export async function writeArtefacts(options: WriteOptions): Promise<void> {
  const { folder, experiment, config, artefacts, howToRead, command } = options;
  for (const { name, table } of artefacts.tables) await writeTable(folder, name, table);
  const names = artefacts.tables.map(({ name }) => name);
  await writeAtomically(join(folder, 'tables.json'), json(names));
  const figures: ReportFigure[] = [];
  for (const { name, spec, caption, description } of artefacts.figures) {
    const svg = await renderSvg(spec, { id: name, description });
    await writeAtomically(join(folder, `${name}.svg`), svg);
    await writeAtomically(join(folder, `${name}.png`), await renderPng(svg));
    figures.push({ id: name, svg, caption });
  }
  const verdicts = artefacts.verdicts.length > 0 ? [verdictTable(artefacts.verdicts)] : [];
  await writeAtomically(join(folder, 'verdicts.json'), json(artefacts.verdicts));
  const signed = artefacts.verdicts.map((verdict) => ({
    ...verdict,
    sign: signs[verdict.judgement],
  }));
  const html = report({
    title: experiment.title,
    lead: artefacts.lead,
    ...(signed.length > 0 && {
      finding: { conditions: '', claims: signed, verdicts: signed, figures: [] },
    }),
    howToRead,
    tables: [...artefacts.tables.map(({ table }) => table), ...verdicts],
    figures,
    grids: artefacts.grids,
    environment: { ...environment(), command },
    config,
  });
  await writeAtomically(join(folder, 'report.html'), html);
}

async function writeTable(folder: string, name: string, table: Table): Promise<void> {
  const forms = { md: toMarkdown, tex: toLatex, csv: toCsv, json: toJson, html: toHtml };
  for (const [extension, form] of Object.entries(forms)) {
    await writeAtomically(join(folder, `${name}.${extension}`), form(table));
  }
}
