import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import type { CompileOptions } from '@scene-mtl/runtime';
import {
  alone,
  assertFolderName,
  checkData,
  checkFolder,
  claimFolder,
  clearAbandoned,
  environment,
  json,
  keepData,
  progressLine,
  type Balance,
  type ProgressLine,
  type RunResult,
} from '@scene-mtl/lab';
import { datasetOf, isThere } from '../assemble/dataset.ts';
import { keptConfig } from '../config/kept.ts';
import type { Config } from '../config/schema.ts';
import { contentsOfData } from '../data/contents.ts';
import { foreseenScenes } from '../data/foreseen.ts';
import type { StoredData } from '../data/stored-data.ts';
import { featureStore } from '../features/kept-features.ts';
import { loadConfigured } from '../plugins/load.ts';
import { describeRun, type Selection } from '../run/description.ts';
import { configHashIn } from '../run/identity.ts';
import { makeRun, storedResult, type RunToMake } from './make-run.ts';
import { checkRun, prepareRun } from './prepare-run.ts';
import { progressText } from './progress-text.ts';
import { beforeProlonging, prolong } from './prolong.ts';
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
  /** Whether a run of fewer steps in the folder goes on to those of the configuration; else it is another run. */
  readonly prolongs?: boolean;
  /** The command as typed. */
  readonly command: string;
  /** See {@link RunToMake.health}. */
  readonly health?: RunToMake['health'];
  /** Largest size of kept features, bytes. */
  readonly featureBytes?: number;
  /** See {@link RunToMake.prove}. */
  readonly prove?: RunToMake['prove'];
}

/**
 * One training run in a folder of its own, or the rest of one that was stopped: `config.json`,
 * `run.json`, `data.json`, `environment.json`, `metrics.jsonl`, an event file for TensorBoard,
 * `checkpoints/` with the best by validation, `predictions/`, `timing.json` and `result.json`.
 * Nothing is written before all that the run is made with has been built, nor in a finished one.
 * @throws when the folder holds another run or one of other data, another process works there, the
 * data lacks a task, or a loss is no longer finite
 */
export async function trainRun(
  options: TrainRunOptions,
): Promise<{ readonly folder: string; readonly result: RunResult }> {
  const { runs, name, seed } = options;
  await loadConfigured(options.config.plugins);
  const config = withFieldsFor({ ...options.config, seeds: [seed] }, options.tasks);
  assertFolderName(name);
  const folder = join(runs, name);
  const line = progressLine();
  const kept = keptConfig(config);
  const whole = { ...options, config, folder, line };
  const before = options.prolongs ? await beforeProlonging(folder, config) : undefined;
  if (before) {
    // As the run that it is by now: where anything else differs it stays as it is.
    await runOn(await datasetOf(before, runs, line), { ...whole, config: before });
    await alone(folder, () => prolong(folder, config));
  }
  await checkFolder(folder, kept);
  if (!(await isThere(config, runs, line))) {
    // Before the scenes are made: a wrong flag leaves nothing behind.
    await checkRun(await runOn(foreseenScenes(config), whole));
  }
  const run = await runOn(await datasetOf(config, runs, line), whole);
  const looked = () => contentsOfData(run.dataset, runs, line);

  const stored = await storedResult(run);
  if (stored) {
    await clearAbandoned(folder);
    if (!(await checkData(folder, await looked()))) line.print(unrecorded(folder));
    return { folder, result: stored };
  }
  const result = await alone(folder, async () => {
    // Once more: another process may have worked here since.
    await checkFolder(folder, kept);
    const mine = await runOn(run.dataset, whole);
    const prepared = await prepareRun(mine);
    const contents = await looked();
    const configHash = await configHashIn(folder, describeRun(mine), contents);
    if (!(await keepData(folder, contents))) line.print(unrecorded(folder));
    await claimFolder(folder, kept);
    await writeAtomically(
      join(folder, 'environment.json'),
      json({ ...environment(), command: options.command }),
    );
    line.print(announced(mine));
    return makeRun({ ...mine, configHash }, prepared);
  });
  return { folder, result };
}

/** What is trained on some data, checked against what the folder holds. */
async function runOn(
  dataset: StoredData,
  options: TrainRunOptions & { readonly folder: string; readonly line: ProgressLine },
): Promise<RunToMake & { readonly select: Selection }> {
  const { config, folder, balance, seed, compile, line } = options;
  const tasks = chosenTasks(dataset, options.tasks);
  const select = selectionOf(tasks, options.select);
  const what = { config, dataset, tasks, balance, seed, select };
  const shown = progressText();
  return {
    ...{ ...what, folder, compile },
    ...(options.health && { health: options.health }),
    ...(options.prove && { prove: options.prove }),
    features: featureStore(options.runs, options.featureBytes),
    configHash: await configHashIn(folder, describeRun(what)),
    dataWorkers: options.dataWorkers ?? 1,
    onProgress: (progress) => line.update(() => shown(progress)),
  };
}

function announced({ folder, tasks, balance, dataset }: RunToMake): string {
  const frames = (split: 'train' | 'val') => dataset.list(split).length;
  return (
    `${folder}: ${tasks.map((task) => task.name).join(', ')} balanced by ${balance.name}, ` +
    `${dataset.name} with ${frames('train')} training and ${frames('val')} validation frames`
  );
}

const unrecorded = (folder: string): string =>
  `${folder}: begun before the data of runs were recorded; whether they are the same is not known`;
