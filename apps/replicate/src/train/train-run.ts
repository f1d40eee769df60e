import { join } from 'node:path';
import type { Progress } from '@scene-mtl/core';
import { writeAtomically } from '@scene-mtl/data/files';
import type { CompileOptions } from '@scene-mtl/runtime';
import {
  assertFolderName,
  json,
  hashOfText,
  type Balance,
  claimFolder,
  duration,
  environment,
  progressLine,
  canonicalJson,
  withoutDefaults,
  type RunResult,
} from '@scene-mtl/lab';
import { datasetOf } from '../assemble.ts';
import { keptConfig } from '../config/kept.ts';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { configSchema, type Config } from '../config/schema.ts';
import {
  assertSameRun,
  describeRun,
  type RunDescription,
  type Selection,
} from '../run/description.ts';
import { makeRun } from './make-run.ts';
import { chosenTasks, selectionOf, withFieldsFor } from './selection.ts';

/** What `replicate train` runs. */
export interface TrainRunOptions {
  readonly config: Config;
  /** Folder of all runs. */
  readonly runs: string;
  /** Folder of this run inside it. */
  readonly name: string;
  readonly seed: number;
  /** Names; undefined: every task that the data can train. */
  readonly tasks?: readonly string[] | undefined;
  readonly balance: Balance;
  /** `<task>/<metric>` on validation; undefined: the primary metric of the first task. */
  readonly select?: string | undefined;
  readonly compile: CompileOptions;
  /** Threads that make batches, default 1; 0: the training's own. */
  readonly dataWorkers?: number;
  /** The command as typed. */
  readonly command: string;
}

/**
 * One training run in a folder of its own, or the rest of one that was stopped: `config.json`,
 * `run.json`, `environment.json`, `metrics.jsonl`, an event file for TensorBoard, `checkpoints/`
 * with the best by validation, `predictions/`, `timing.json` and `result.json`.
 * @throws when the folder holds another run, the data lacks a task, or a loss is no longer finite
 */
export async function trainRun(
  options: TrainRunOptions,
): Promise<{ readonly folder: string; readonly result: RunResult }> {
  const { runs, name, seed, balance } = options;
  const config = withFieldsFor({ ...options.config, seeds: [seed] }, options.tasks);
  assertFolderName(name);
  const folder = join(runs, name);
  const line = progressLine();
  await claimFolder(folder, keptConfig(config));
  const dataset = await datasetOf(config, runs, line);
  const tasks = chosenTasks(dataset, options.tasks);
  const select = selectionOf(tasks, options.select);
  await assertSameRun(folder, describeRun({ config, dataset, tasks, balance, seed, select }));
  await writeAtomically(
    join(folder, 'environment.json'),
    json({ ...environment(), command: options.command }),
  );
  const frames = (split: 'train' | 'val') => dataset.list(split).length;
  line.print(
    `${folder}: ${tasks.map((task) => task.name).join(', ')} balanced by ${balance.name}, ` +
      `${dataset.name} with ${frames('train')} training and ${frames('val')} validation frames`,
  );
  const shown = progressText();
  const result = await makeRun({
    config,
    dataset,
    tasks,
    balance,
    select,
    seed,
    folder,
    configHash: trainRunHash({
      config,
      tasks: tasks.map(({ name }) => name),
      balance,
      select,
    }),
    compile: options.compile,
    dataWorkers: options.dataWorkers ?? 1,
    onProgress: (progress) => line.update(() => shown(progress)),
  });
  return { folder, result };
}

/**
 * Identity of a run of this command: what decides its numbers, not how often they are looked at or
 * saved. Values that equal the defaults of the configuration do not count.
 */
export function trainRunHash({
  config,
  ...rest
}: Pick<RunDescription, 'config' | 'balance'> & {
  readonly tasks: readonly string[];
  readonly select: Selection;
}): string {
  const bare = withoutDefaults(configSchema, withoutWeightsFolder(config)) as Config;
  const { training, strips: _, ...others } = bare;
  const { evalEvery: __, checkpointEvery: ___, ...decisive } = training;
  return hashOfText(canonicalJson({ ...others, training: decisive, ...rest }));
}

/** Steps, rate, time left, losses and weights: one line. */
function progressText(): (progress: Progress) => string {
  const started = performance.now();
  let first: number | undefined;
  return ({ step, steps, values, engine }) => {
    first ??= step - 1;
    const rate = (step - first) / ((performance.now() - started) / 1000);
    const named = (prefix: string, title: (task: string) => string) =>
      Object.entries(values)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => `${title(key.slice(prefix.length))} ${value.toFixed(3)}`);
    return [
      `step ${step}/${steps}`,
      `${rate.toFixed(1)} steps/s on ${engine}`,
      `${duration((steps - step) / rate)} left`,
      ...named('loss/', (task) => task),
      ...named('weight/', (task) => `w(${task})`),
    ].join('  ');
  };
}
