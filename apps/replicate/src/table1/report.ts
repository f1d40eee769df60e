import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetrics } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import {
  bandOverSeeds,
  lineChart,
  renderSvg,
  report,
  type Curve,
  type ReportFigure,
  type ReportStrip,
} from '@scene-mtl/eval';
import type { Config } from '../config/schema.ts';
import { table1, type Table1Row } from '../paper/table1.ts';
import { readJsonIfPresent, writeWhole } from '../run/files.ts';
import type { RowTiming } from '../train/run-row.ts';
import { notesOf } from './run.ts';
import { table1Table, type Table1Results } from './table.ts';

/** What the report of Table 1 is made from. */
export interface Table1Report {
  readonly folder: string;
  readonly config: Config;
  readonly dataset: Dataset;
  readonly results: Table1Results;
  readonly machine: Readonly<Record<string, string>>;
  readonly command: string;
}

/** Writes `report.html`: the table, loss and σ² curves, strips of validation images, environment. */
export async function writeReport(input: Table1Report): Promise<void> {
  const { folder, config, dataset, results, machine, command } = input;
  const notes = notesOf(config, dataset);
  const timings = await timingsOf(folder, config);
  const html = report({
    title: 'Multi-task learning with learned loss weights: Table 1',
    lead: `Kendall, Gal & Cipolla 2018, Table 1, on ${dataset.name} at ${config.size.height}×${config.size.width}.`,
    howToRead: [
      'Each row is one network trained with the losses and weights shown; a tick means that the weight was learned.',
      'The trivial row never looks at the image. A dash marks what was not run or what the data set lacks.',
      ...notes,
    ],
    tables: [table1Table(results, notes)],
    figures: await figures(folder, config),
    strips: await strips(folder, config),
    environment: { ...machine, command, ...timings },
    config,
  });
  await writeWhole(join(folder, 'report.html'), html);
}

const seedFolder = (folder: string, row: Table1Row, seed: number) =>
  join(folder, row.slug, `seed-${seed}`);

/** Curves of one logged quantity, one per row that has it, with a band over seeds. */
async function curvesOf(folder: string, config: Config, key: string): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const row of table1) {
    const seeds: { x: number; y: number }[][] = [];
    for (const seed of config.seeds) {
      const records = await readMetrics(join(seedFolder(folder, row, seed), 'metrics.jsonl'));
      const points = records.flatMap(({ step, values }) =>
        typeof values[key] === 'number' ? [{ x: step, y: values[key] }] : [],
      );
      if (points.length > 0) seeds.push(points);
    }
    if (seeds.length > 0) curves.push(bandOverSeeds(nameOf(row), seeds));
  }
  return curves;
}

const nameOf = (row: Table1Row): string =>
  row.weighting.kind === 'uncertainty' ? `learned: ${row.tasks.join(' + ')}` : row.title;

async function figures(folder: string, config: Config): Promise<ReportFigure[]> {
  const made: ReportFigure[] = [];
  for (const task of ['semantic', 'instance', 'depth']) {
    for (const [key, title, label] of [
      [`loss/${task}`, `Training loss: ${task}`, 'loss'],
      [`sigma2/${task}`, `Learned σ²: ${task}`, 'σ²'],
    ]) {
      const curves = await curvesOf(folder, config, key);
      if (curves.length === 0) continue;
      const id = key.replace('/', '-');
      const spec = lineChart({ title, x: { label: 'step' }, y: { label, log: true }, curves });
      made.push({
        id,
        svg: await renderSvg(spec, {
          id,
          description: `${title} over training steps, one line per row`,
        }),
        caption: `${title} over training, mean over each ${10} steps${config.seeds.length > 1 ? ', band over seeds' : ''}.`,
      });
    }
  }
  return made;
}

/** The pictures that the row with all tasks wrote, else those of the last row that wrote any. */
async function strips(folder: string, config: Config): Promise<ReportStrip[]> {
  for (const row of [...table1].reverse()) {
    const place = join(seedFolder(folder, row, config.seeds[0]), 'predictions');
    const frames = (await namesIn(place)).sort();
    if (frames.length === 0) continue;
    return Promise.all(
      frames.map(async (frame) => ({
        title: `${frame} (${nameOf(row)})`,
        panels: await panels(join(place, frame), frame),
      })),
    );
  }
  return [];
}

async function panels(place: string, frame: string): Promise<ReportStrip['panels']> {
  const files = (await namesIn(place)).filter((file) => file.endsWith('.png')).sort();
  return Promise.all(
    files.map(async (file) => {
      const name = file.replace(/^\d+-|\.png$/g, '').replaceAll('-', ' ');
      return { name, alt: `${name} of frame ${frame}`, png: await readFile(join(place, file)) };
    }),
  );
}

const namesIn = (place: string): Promise<string[]> =>
  readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

async function timingsOf(folder: string, config: Config): Promise<Record<string, string>> {
  const lines: Record<string, string> = {};
  for (const row of table1) {
    const file = join(seedFolder(folder, row, config.seeds[0]), 'timing.json');
    const timing = (await readJsonIfPresent(file)) as RowTiming | undefined;
    if (!timing) continue;
    lines[`time of ${row.slug}`] =
      `${timing.seconds.toFixed(0)} s, ${timing.stepsPerSecond.toFixed(1)} steps/s, ${(100 * timing.engineShare).toFixed(0)} % in ${timing.engine}`;
  }
  return lines;
}
