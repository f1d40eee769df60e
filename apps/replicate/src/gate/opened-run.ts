import type { CompileOptions } from '@scene-mtl/runtime';
import { normalisationOf, type VisionNetwork } from '../assemble/network.ts';
import type { StoredData } from '../data/stored-data.ts';
import { dataOf } from '../predict/evaluate-run.ts';
import { checkpointOf, loadNetwork, type CheckpointChoice } from '../predict/stored-network.ts';
import { readDescription, type RunDescription } from '../run/description.ts';
import { evaluator, type Evaluator } from '../train/evaluation.ts';

/** A stored run, ready to predict its validation frames. */
export interface OpenedRun {
  readonly folder: string;
  readonly description: RunDescription;
  /** Step of the checkpoint. */
  readonly step: number;
  readonly dataset: StoredData;
  readonly network: VisionNetwork;
  readonly evaluation: Evaluator;
  dispose(): Promise<void>;
}

/**
 * Opens a checkpoint of a stored run on its validation frames.
 * @param data folder of the data, in place of the one in the run's configuration
 * @throws when the folder is no run, the checkpoint is not there, or the data are not
 */
export async function openRun(
  folder: string,
  checkpoint: CheckpointChoice,
  data: string | undefined,
  compile: CompileOptions,
): Promise<OpenedRun> {
  const description = await readDescription(folder);
  const { config } = description;
  const stored = await checkpointOf(folder, checkpoint);
  const dataset = await dataOf(description, folder, data);
  const network = loadNetwork(description, stored, folder);
  try {
    const evaluation = await evaluator({
      ...{ network, dataset, split: 'val', size: config.size },
      normalisation: normalisationOf(config),
      batchSize: config.training.batchSize,
      compile,
    });
    const { step } = stored.manifest;
    const dispose = async () => {
      await evaluation.dispose();
      network.model.dispose();
    };
    return { folder, description, step, dataset, network, evaluation, dispose };
  } catch (error) {
    network.model.dispose();
    throw error;
  }
}
