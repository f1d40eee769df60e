import { writeTogether } from '@scene-mtl/data/files';
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

/**
 * `<name>.md`, `.tex`, `.csv`, `.json` of each table, `.svg` and `.png` of each figure, verdicts, and
 * `report.html`: all of them, or those of before stay.
 */
export async function writeArtefacts(options: WriteOptions): Promise<void> {
  const { folder, experiment, config, artefacts, howToRead, command } = options;
  const files: [name: string, content: string | Uint8Array][] = [];
  for (const { name, table } of artefacts.tables) files.push(...formsOf(name, table));
  const names = artefacts.tables.map(({ name }) => name);
  const figures: ReportFigure[] = [];
  for (const { name, spec, caption, description } of artefacts.figures) {
    const svg = await renderSvg(spec, { id: name, description });
    files.push([`${name}.svg`, svg], [`${name}.png`, await renderPng(svg)]);
    figures.push({ id: name, svg, caption });
  }
  const verdicts = artefacts.verdicts.length > 0 ? [verdictTable(artefacts.verdicts)] : [];
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
  files.push(['verdicts.json', json(artefacts.verdicts)], ['report.html', html]);
  files.push(['tables.json', json(names)]);
  await writeTogether(files.map(([name, content]) => [join(folder, name), content]));
}

function formsOf(name: string, table: Table): [string, string][] {
  const forms = { md: toMarkdown, tex: toLatex, csv: toCsv, json: toJson, html: toHtml };
  return Object.entries(forms).map(([extension, form]) => [`${name}.${extension}`, form(table)]);
}
