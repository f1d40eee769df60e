import { join } from 'node:path';
import { parseJsonFile } from '@scene-mtl/data/json';
import type { Split } from '@scene-mtl/datasets';
import {
  runId,
  timingSchema,
  type Contents,
  type Program,
  type ProgramPlace,
  type Session,
  type Trained,
  type TrainingRun,
} from '@scene-mtl/lab';
import { datasetOf, isThere } from '../assemble/dataset.ts';
import { configSchema, type Config } from '../config/schema.ts';
import { contentsOfData } from '../data/contents.ts';
import { foreseenScenes } from '../data/foreseen.ts';
import type { StoredData } from '../data/stored-data.ts';
import { featureStore } from '../features/kept-features.ts';
import { kits, tasksFor } from '@scene-mtl/vision-heads';
import { loadConfigured } from '../plugins/load.ts';
import { makeRun, type RunToMake } from '../train/make-run.ts';
import { checkRun } from '../train/prepare-run.ts';
import { chosenTasks } from '../train/selection.ts';
import { trivialMetrics } from '../train/trivial.ts';
import { openedAs, summaryOf } from './data.ts';
import type { Scenes, SceneSpec } from './kind.ts';
import { makeMeasurement } from './make-measurement.ts';
import { dataMeasured, type SceneMeasurement } from './measurement.ts';
import { notesOf } from './notes.ts';
import { identityOf, portable, sceneTitle, slugOf } from './spec.ts';

/** What a data set is opened by. */
type DataConfig = Pick<Config, 'data' | 'size' | 'plugins'>;

/** Networks on images: the usual program of the command line. */
export const scenes: Program<SceneSpec, Scenes> = {
  name: 'scenes',
  module: import.meta.url,
  schema: configSchema.omit({ seeds: true, strips: true, optimalWeights: true }),
  identity: identityOf,
  slug: slugOf,
  title: sceneTitle,
  portable,
  headline: (metric) => kits.some(({ metrics }) => metric.endsWith(`/${metrics[0].name}`)),
  notes: (config, data) => notesOf({ config, data }),
  effort({ config }) {
    const { training, size, network } = config;
    const { encoder } = network;
    return {
      // Which weights a network begins with costs nothing.
      network: JSON.stringify({
        ...network,
        encoder: encoder.kind === 'mobilenet' ? { ...encoder, weights: null } : encoder,
      }),
      // px that pass through it in a run.
      work: training.steps * training.batchSize * size.height * size.width,
      steps: training.steps,
    };
  },
  start: sessionIn,
};

export default scenes;

/** Name of a run's folder; see `runId`. */
export const sceneRunId = (spec: SceneSpec, fingerprint?: string): string =>
  runId(scenes, spec, fingerprint);

function sessionIn({ runs, line }: ProgramPlace): Session<SceneSpec, Scenes> {
  const opened = new Map<string, Promise<StoredData>>();
  const datasetAt = ({ data, size, plugins }: DataConfig): Promise<StoredData> => {
    const key = JSON.stringify([data, size]);
    const dataset = opened.get(key) ?? datasetOf({ data, size, plugins }, runs, line);
    opened.set(key, dataset);
    return dataset;
  };
  /** Only where nothing has to be made for it. */
  const datasetThere = async (config: DataConfig): Promise<StoredData | undefined> =>
    (await isThere(config, runs, line)) ? datasetAt(config) : undefined;
  const looked = new Map<string, Promise<Contents | undefined>>();
  /** Looked at once in a process, for all of its runs. */
  const contentsAt = (dataset: StoredData, splits?: readonly Split[]) => {
    const key = JSON.stringify([dataset.recipe, splits]);
    const contents = looked.get(key) ?? contentsOfData(dataset, runs, line, splits);
    looked.set(key, contents);
    return contents;
  };
  return {
    open: async (config) => openedAs(config, await datasetAt(config)),
    foresee: async (config) =>
      config.data.source === 'generated'
        ? { data: summaryOf(foreseenScenes(config)) }
        : openedAs(config, await datasetAt(config)),
    async check(run) {
      const { config } = run.spec;
      await loadConfigured(config.plugins);
      const dataset = (await datasetThere(config)) ?? foreseenScenes(config);
      await checkRun(runToMake({ ...run, onProgress: () => {} }, dataset, runs));
    },
    async contents({ config }, measurement) {
      const own = measurement && (measurement as SceneMeasurement);
      // What the run itself learned from is compared without any measurement.
      if (own && !own.data && !own.split) return undefined;
      const dataset = await datasetThere(own ? dataMeasured(own, config) : config);
      return dataset && contentsAt(dataset, own ? [own.split ?? 'val'] : undefined);
    },
    async trivial(config) {
      const dataset = await datasetAt(config);
      return trivialMetrics(dataset, tasksFor(dataset), config.size);
    },
    async prepare({ spec, measurements }) {
      await datasetAt(spec.config);
      for (const measurement of measurements) {
        await datasetAt(dataMeasured(measurement, spec.config));
      }
    },
    train: async (run) => trained(run, await datasetAt(run.spec.config), runs),
    measure: async (measurement, run) => {
      const own = measurement as SceneMeasurement;
      const dataset = await datasetAt(dataMeasured(own, run.spec.config));
      return makeMeasurement(own, dataset, run);
    },
  };
}

function runToMake(run: TrainingRun<SceneSpec>, dataset: StoredData, runs: string): RunToMake {
  const { spec, id, folder, compile, dataWorkers, grids, onProgress } = run;
  const { config, balance, seed } = spec;
  return {
    config: { ...config, seeds: [seed], strips: grids },
    tasks: chosenTasks(dataset, spec.tasks),
    configHash: id,
    features: featureStore(runs),
    ...{ dataset, balance, seed, folder, compile, dataWorkers, onProgress },
  };
}

async function trained(
  run: TrainingRun<SceneSpec>,
  dataset: StoredData,
  runs: string,
): Promise<Trained> {
  const result = await makeRun(runToMake(run, dataset, runs));
  const { data, fingerprint = null } = openedAs(run.spec.config, dataset);
  return {
    data: { name: data.name, ...data.frames, fingerprint },
    result,
    timing: await parseJsonFile(join(run.folder, 'timing.json'), timingSchema),
  };
}
