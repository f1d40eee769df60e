import { join } from 'node:path';
import { latestCheckpoint, restoreVariables } from '@scene-mtl/core';
import { progressLine } from '@scene-mtl/lab';
import { assemble, type Assembled } from '../assemble/assemble.ts';
import { normalisationOf } from '../assemble/network.ts';
import { loadPretrained } from '../config/pretrained.ts';
import { buildFeatures, keptText } from '../features/build-features.ts';
import { loadInitial } from '../run/initial.ts';
import { evaluator, type Evaluator } from './evaluation.ts';
import type { RunToMake } from './make-run.ts';

/** A network ready to be trained, and what judges it. */
export interface PreparedRun {
  readonly parts: Assembled;
  readonly evaluation: Evaluator;
  /** Step from which the run goes on. */
  readonly from: number;
  /**
   * Looks at the training frames where it hangs on them how often each comes, and computes what of the frozen part's
   * features is not kept yet: as far as the run wants either.
   */
  lookAtFrames(): Promise<void>;
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
  const features = run.features && { ...run.features, engine: run.compile.engine ?? 'onnx' };
  const whole = { config, dataset, tasks, balance, seed, dataWorkers };
  const parts = assemble({ ...whole, ...(features && { features }) });
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
    const lookAtFrames = async () => {
      const { kept } = parts;
      const line = progressLine();
      await parts.lookAtFrames(line);
      if (!kept) return;
      if (reached) restoreVariables(parts.step.variables, reached.tensors, folder);
      const built = await buildFeatures({
        ...{ cut: kept.cut, place: kept.place(), dataset, config, line },
        normalisation: normalisationOf(config),
        maximumBytes: kept.store.maximumBytes,
        compile: run.compile,
      });
      line.print(keptText(built, config));
    };
    return { parts, evaluation, from: reached?.manifest.step ?? 0, lookAtFrames, dispose };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Builds all that a run is made with once, to see whether it can be. */
export async function checkRun(run: RunToMake): Promise<void> {
  await (await prepareRun(run)).dispose();
}
