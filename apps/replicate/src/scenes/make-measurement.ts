import { join } from 'node:path';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { Dataset } from '@scene-mtl/datasets';
import { normalisationOf } from '../assemble.ts';
import { measuredFile, measuredFolder } from '../experiment/results.ts';
import { json, writeWhole } from '../run/files.ts';
import { readDescription } from '../run/description.ts';
import { environment } from '../run/environment.ts';
import { checkpointOf, loadNetwork } from '../run/stored-network.ts';
import { evaluator } from '../train/evaluation.ts';
import type { Measurement } from './measurement.ts';

/** Where a measurement is made. */
export interface MakePlace {
  /** Folder of the finished run. */
  readonly folder: string;
  /** The frames to look at: those of the measurement's split. */
  readonly dataset: Dataset;
  readonly compile: CompileOptions;
  /** Called with the number of frames seen, and of all. */
  readonly onProgress: (seen: number, frames: number) => void;
}

/** Makes a measurement on the last checkpoint of a finished run and keeps it in the run's folder. */
export async function makeMeasurement(measurement: Measurement, place: MakePlace): Promise<void> {
  const { folder, dataset, compile, onProgress } = place;
  const { name, version, split = 'val' } = measurement;
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
    const value = await measurement.measure({
      tasks: network.tasks,
      size,
      dataset,
      frames,
      async each(visit) {
        let seen = 0;
        await evaluation.each(async (sample, predictions) => {
          await visit(sample, predictions);
          onProgress(++seen, frames.length);
        });
      },
      predict: (ids) => evaluation.predict(ids),
      save: (file, content) => writeWhole(join(measuredFolder(folder, name), file), content),
    });
    await writeWhole(
      measuredFile(folder, name),
      json({ version, commit: environment().commit, value }),
    );
  } finally {
    await evaluation.dispose();
    network.model.dispose();
  }
}
