import { join } from 'node:path';
import type { Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { toJson, toLatex, toMarkdown } from '@scene-mtl/eval';
import type { CompileOptions } from '@scene-mtl/runtime';
import { datasetOf, tasksOf } from '../assemble.ts';
import type { Config } from '../config/schema.ts';
import { table1, type Table1Row, type TaskName } from '../paper/table1.ts';
import { environment } from '../run/environment.ts';
import { json, writeWhole } from '../run/files.ts';
import { checkFolder, claimFolder } from '../run/folder.ts';
import { duration, progressLine, type ProgressLine } from '../run/progress.ts';
import { runRow, type RowResult } from '../train/run-row.ts';
import { trivialMetrics } from '../train/trivial.ts';
import { writeReport } from './report.ts';
import { table1Table, type Table1Results } from './table.ts';

/** What `replicate table1` runs. */
export interface Table1Options {
  readonly config: Config;
  /** Folder of all runs. */
  readonly runs: string;
  /** Folder of this run inside it. */
  readonly name: string;
  /** Row slugs to run; default all. */
  readonly rows?: readonly string[] | undefined;
  readonly compile: CompileOptions;
  /** The command as typed, for the report. */
  readonly command: string;
}

/** Trains every row that is not finished, then writes the table and the report. Returns the folder. */
export async function runTable1(options: Table1Options): Promise<string> {
  const { config, runs, name } = options;
  const line = progressLine();
  const folder = join(runs, name);
  await checkFolder(folder, config);
  const dataset = await datasetOf(config, runs, line);
  const available = tasksOf(dataset);
  const wanted = table1
    .filter(({ slug }) => !options.rows || options.rows.includes(slug))
    .map((row) => ({ row, tasks: tasksFor(row, available) }))
    .filter(({ tasks }) => tasks.length > 0);

  line.print(
    `${dataset.name}: ${dataset.list('train').length} training and ${dataset.list('val').length} validation frames`,
  );
  const trivial = await trivialMetrics(dataset, Object.values(available), config.size);
  // The data can be read through, so the run will not end before it has begun.
  await claimFolder(folder, config);
  const machine = environment();
  await writeWhole(
    join(folder, 'environment.json'),
    json({ ...machine, command: options.command }),
  );
  const rows: Record<string, RowResult[]> = {};
  const clock = rowClock(wanted.length * config.seeds.length, config.training.steps, line);
  for (const { row, tasks } of wanted) {
    rows[row.slug] = [];
    for (const seed of config.seeds) {
      const label = `${row.slug}${config.seeds.length > 1 ? ` seed ${seed}` : ''}`;
      const result = await runRow({
        config,
        dataset,
        tasks,
        weighting: row.weighting,
        seed,
        folder: join(folder, row.slug, `seed-${seed}`),
        compile: options.compile,
        onProgress: (progress, sigma2) => clock.step(label, progress.step, progress.values, sigma2),
      });
      rows[row.slug].push(result);
      clock.finished(label, result);
    }
  }
  const results: Table1Results = { trivial, rows };
  await writeTables(folder, config, dataset, results);
  await writeReport({ folder, config, dataset, results, machine, command: options.command });
  return folder;
}

/**
 * The tasks of a row that the data set has. Fixed weights go on without the absent one; a learned
 * row is defined by its set of tasks, so without one it is not run.
 */
function tasksFor(row: Table1Row, available: Partial<Record<TaskName, Task>>): readonly Task[] {
  const present = row.tasks.flatMap((task) => available[task] ?? []);
  const complete = present.length === row.tasks.length;
  const several = row.weighting.kind === 'fixed' && present.length > 1;
  return complete || several ? present : [];
}

async function writeTables(
  folder: string,
  config: Config,
  dataset: Dataset,
  results: Table1Results,
): Promise<void> {
  const table = table1Table(results, notesOf(config, dataset));
  await writeWhole(join(folder, 'table1.md'), toMarkdown(table));
  await writeWhole(join(folder, 'table1.tex'), toLatex(table));
  await writeWhole(
    join(folder, 'table1.json'),
    json({ ...(JSON.parse(toJson(table)) as object), results }),
  );
}

/** Data set, resolution, steps, seeds: what stands below every table. */
export function notesOf({ size, training, seeds }: Config, dataset: Dataset): string[] {
  const { annotations } = dataset;
  const missing = [
    ...(annotations.instance ? [] : ['instances']),
    ...(annotations.disparity ? [] : ['disparity']),
  ];
  return [
    `Data: ${dataset.name}, ${dataset.list('train').length} training and ${dataset.list('val').length} validation frames at ${size.height}×${size.width}; ${training.steps} steps of ${training.batchSize} images; seeds ${seeds.join(', ')}.`,
    'Metrics over the whole validation split, last checkpoint. Instance error: |dx| + |dy|.',
    ...(missing.length > 0
      ? [
          `This data set has no ${missing.join(' and no ')}: those cells show a dash, and rows with fixed weights go on without that task.`,
        ]
      : []),
  ];
}

/** Progress over all rows: time left comes from the steps made so far. */
function rowClock(runs: number, steps: number, line: ProgressLine) {
  const started = performance.now();
  let finished = 0;
  let made = 0;
  let rowStarted = started;
  let rowFirst = -1;
  return {
    step(
      label: string,
      step: number,
      values: Readonly<Record<string, number>>,
      sigma2: Readonly<Record<string, number>>,
    ) {
      if (rowFirst < 0) {
        rowFirst = step - 1;
        rowStarted = performance.now();
      }
      made++;
      line.update(() => {
        const rate = (step - rowFirst) / ((performance.now() - rowStarted) / 1000);
        const perStep = (performance.now() - started) / 1000 / made;
        const left = (runs - finished - 1) * steps + (steps - step);
        const losses = Object.entries(values)
          .filter(([key]) => key.startsWith('loss/'))
          .map(([key, value]) => `${key.slice(5)} ${value.toFixed(3)}`);
        const noise = Object.entries(sigma2).map(
          ([task, value]) => `σ²(${task}) ${value.toFixed(3)}`,
        );
        return [
          `[${finished + 1}/${runs}] ${label}`,
          `step ${step}/${steps}`,
          `${rate.toFixed(1)} steps/s`,
          `${duration(left * perStep)} left`,
          ...losses,
          ...noise,
        ].join('  ');
      });
    },
    finished(label: string, { metrics }: RowResult) {
      finished++;
      rowFirst = -1;
      const shown = Object.entries(metrics)
        .filter(([key]) => /iou|meanError/.test(key))
        .map(([key, value]) => `${key} ${value === null ? '–' : value.toFixed(3)}`);
      line.print(
        `[${finished}/${runs}] ${label}: ${shown.join('  ')}  (${duration((performance.now() - started) / 1000)})`,
      );
    },
  };
}
