import type { Dataset } from '@scene-mtl/datasets';
import type { Json, MeasuredRun } from '@scene-mtl/lab';
import { normalisationOf } from '../assemble/network.ts';
import { checkpointOf, loadNetwork } from '../predict/stored-network.ts';
import { readDescription } from '../run/description.ts';
import { evaluator } from '../train/evaluation.ts';
import type { SceneSpec } from './kind.ts';
import type { SceneMeasurement } from './measurement.ts';
import { runConfig } from './spec.ts';

/**
 * Makes a measurement on the last checkpoint of a finished run.
 * @param dataset the frames to look at: those of the measurement's split
 */
export async function makeMeasurement(
  { split: judged, measure }: SceneMeasurement,
  dataset: Dataset,
  { folder, compile, save, onSeen }: MeasuredRun<SceneSpec>,
): Promise<Json> {
  const split = judged ?? 'val';
  const description = await readDescription(folder);
  const { size, training } = description.config;
  const network = loadNetwork(description, await checkpointOf(folder, 'last'), folder);
  const evaluation = await evaluator({
    network,
    dataset,
    split,
    size,
    normalisation: normalisationOf(description.config),
    batchSize: training.batchSize,
    compile,
  });
  const frames = dataset.list(split);
  try {
    return await measure({
      config: runConfig(description.config),
      tasks: network.tasks,
      size,
      sharing: () => network.sharing(),
      dataset,
      frames,
      async each(visit) {
        let seen = 0;
        await evaluation.each(async (sample, predictions) => {
          await visit(sample, predictions);
          onSeen(++seen, frames.length);
        });
      },
      predict: (ids) => evaluation.predict(ids),
      save,
    });
  } finally {
    await evaluation.dispose();
    network.model.dispose();
  }
}
