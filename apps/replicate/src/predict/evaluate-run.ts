import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Manifest } from '@scene-mtl/core';
import { dataPlace, type Split } from '@scene-mtl/datasets';
import type { Annotated } from '@scene-mtl/data';
import { progressLine } from '@scene-mtl/lab';
import { datasetOf } from '../assemble/dataset.ts';
import { ALL, openStored, type StoredData } from '../data/stored-data.ts';
import { readDescription, type RunDescription } from '../run/description.ts';
import { measureNetwork, type Measured, type MeasureOptions } from './measure-network.ts';
import {
  assertMayMeasure,
  checkpointOf,
  loadNetwork,
  type CheckpointChoice,
} from './stored-network.ts';

/** What `replicate evaluate` measures. */
export interface EvaluateOptions extends MeasureOptions {
  /** Folder of the run. */
  readonly run: string;
  readonly checkpoint: CheckpointChoice;
  /** Folder of the data, in place of the one in the run's configuration. */
  readonly data?: string | undefined;
  /** Folder of all runs, where generated scenes are; default: found above the run. */
  readonly runs?: string | undefined;
}

/** Metrics of a stored run over a split, with all that a number must stand beside. */
export interface Evaluation extends Measured {
  readonly run: string;
  readonly checkpoint: {
    readonly choice: CheckpointChoice;
    readonly step: number;
    /** What chose it; null unless the choice is `best`. Always a metric of the validation split. */
    readonly selectedBy: string | null;
  };
  readonly data: { readonly name: string; readonly split: Split; readonly frames: number };
  /** px. */
  readonly size: { readonly height: number; readonly width: number };
  readonly balance: RunDescription['balance'];
  readonly seed: number;
}

/**
 * Every metric that applies, over the whole split at the run's size.
 * @throws when the folder is no run, the checkpoint is not there or may not be measured on this
 * split, the split is empty, or the data is not that on which the run was trained
 */
export async function evaluateRun(options: EvaluateOptions): Promise<Evaluation> {
  const { run, split, checkpoint: choice } = options;
  assertMayMeasure(split, choice);
  const description = await readDescription(run);
  const checkpoint = await checkpointOf(run, choice);
  const dataset = await dataOf(description, run, options.data, options.runs);
  const { config, balance, seed } = description;
  const network = loadNetwork(description, checkpoint, run);
  try {
    const found = await measureNetwork({ ...options, network, dataset, config });
    const { step } = checkpoint.manifest;
    return {
      run,
      checkpoint: {
        choice,
        step,
        selectedBy: selectedBy(checkpoint.manifest, choice),
      },
      data: { name: dataset.name, split, frames: dataset.list(split).length },
      size: config.size,
      balance,
      seed,
      ...found,
    };
  } finally {
    network.model.dispose();
  }
}

/** The validation metric that chose a checkpoint; null where none did. */
function selectedBy({ best, bests = {}, step }: Manifest, choice: CheckpointChoice): string | null {
  if (typeof choice === 'number' || choice === 'last') return null;
  const task = choice.slice('best:'.length);
  const chosen =
    choice === 'best'
      ? best
      : Object.values(bests).find((one) => one.step === step && one.metric.startsWith(`${task}/`));
  return chosen ? `val ${chosen.metric}` : null;
}

/**
 * The data of a stored run.
 * @param root where they are, in place of the folder in the run's configuration
 * @param runs folder of all runs, where generated scenes are made and kept; default: found above the run
 * @throws when they have other classes than those on which it was trained
 */
export async function dataOf(
  { config, data }: RunDescription,
  run: string,
  root: string | undefined,
  runs?: string,
): Promise<StoredData> {
  const { derive } = config.data;
  const dataset =
    root === undefined
      ? await recordedData(config, runs ?? (await runsOf(run)))
      : await openStored({ root: dataPlace(root), derive, limits: ALL, holdOut: null });
  const [expected, got] = [data, dataset].map(classesIn);
  if (expected !== got) {
    throw new Error(
      `${root ?? dataset.name}: expected the classes on which ${run} was trained (${expected}), ` +
        `got those of ${dataset.name} (${got})`,
    );
  }
  return dataset;
}

/** The data where the configuration has them. @throws also saying that they may be elsewhere now */
async function recordedData(config: RunDescription['config'], runs: string): Promise<StoredData> {
  try {
    return await datasetOf(config, runs, progressLine());
  } catch (cause) {
    if (config.data.source !== 'folder') throw cause;
    throw new Error(`${(cause as Error).message}; where a run's data have moved, give --data DIR`, {
      cause,
    });
  }
}

/** The classes of all fields that have some, in words. */
function classesIn(data: Annotated): string {
  const own = Object.entries(data.annotations ?? {}).flatMap(([field, annotation]) =>
    'classes' in annotation ? [`${field}: ${annotation.classes.join()}`] : [],
  );
  return [...(data.legend ? [data.legend.classes.join()] : []), ...own].join('; ') || 'none';
}

/** The folder of all runs, which holds generated scenes: above a run, or above a row of a table. */
export async function runsOf(run: string): Promise<string> {
  let folder = resolve(run);
  for (let level = 0; level < 3; level++) {
    folder = dirname(folder);
    const found = await access(join(folder, 'data')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
  }
  return dirname(resolve(run));
}
