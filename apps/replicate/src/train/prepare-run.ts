import { join } from 'node:path';
import { latestCheckpoint } from '@scene-mtl/core';
import { assemble, normalisationOf, type Assembled } from '../assemble.ts';
import { loadPretrained } from '../config/pretrained.ts';
import { loadInitial } from '../run/initial.ts';
import { evaluator, type Evaluator } from './evaluation.ts';
import type { RunToMake } from './make-run.ts';

/** A network ready to be trained, and what judges it. */
export interface PreparedRun {
  readonly parts: Assembled;
  readonly evaluation: Evaluator;
  /** Step from which the run goes on. */
  readonly from: number;
  dispose(): Promise<void>;
}

/**
 * Builds all that a run is made with, and writes nothing: what can fail because of a wrong flag fails
 * here, before a folder is claimed.
 * @throws for a size, an option, initial weights or an engine that will not do
 */
export async function prepareRun(run: RunToMake): Promise<PreparedRun> {
  const { config, dataset, tasks, balance, seed, folder, configHash, dataWorkers } = run;
  const { size, training } = config;
  const parts = assemble({ config, dataset, tasks, balance, seed, dataWorkers });
  const { model } = parts.network;
  try {
    // A run that goes on needs none, nor the folders that they came from.
    const reached = await latestCheckpoint(join(folder, 'checkpoints'), configHash);
    if (!reached) {
      await loadPretrained(parts.network, config);
      await loadInitial(parts.network, config);
    }
    const evaluation = await evaluator({
      ...{ network: parts.network, dataset, split: 'val', size },
      normalisation: normalisationOf(config),
      batchSize: training.batchSize,
      compile: run.compile,
    });
    const dispose = async () => {
      await evaluation.dispose();
      model.dispose();
    };
    return { parts, evaluation, from: reached?.manifest.step ?? 0, dispose };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Builds all that a run is made with once, to see whether it can be. */
export async function checkRun(run: RunToMake): Promise<void> {
  await (await prepareRun(run)).dispose();
}
