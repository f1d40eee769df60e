import { join } from 'node:path';
import {
  countParameters,
  latestCheckpoint,
  readMetrics,
  train,
  type CompileStep,
  type MetricsRecord,
  type Progress,
  type TrainingBatch,
} from '@scene-mtl/core';
import {
  json,
  readJsonIfPresent,
  type Balance,
  type RunResult,
  type RunTiming,
} from '@scene-mtl/lab';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { writeAtomically } from '@scene-mtl/data/files';
import { assemble, normalisationOf } from '../assemble.ts';
import { loadInitial } from '../config/initial.ts';
import { loadPretrained } from '../config/pretrained.ts';
import type { Config } from '../config/schema.ts';
import type { StoredData } from '../data/stored-data.ts';
import { describeRun, saveDescription, type Selection } from '../run/description.ts';
import { evaluator } from './evaluation.ts';
import type { Metrics } from './metrics.ts';
import { savePredictions } from './predictions.ts';
import { saveEvents } from './tensorboard.ts';

/** One training run. */
export interface RunToMake {
  readonly config: Config;
  readonly dataset: StoredData;
  readonly tasks: readonly VisionTask[];
  readonly balance: Balance;
  /** The validation metric that decides which checkpoint is kept besides the last ones. */
  readonly select?: Selection;
  readonly seed: number;
  /** Identifies everything that decides the numbers; a folder goes on only under the same one. */
  readonly configHash: string;
  /** Folder of this run: metrics, checkpoints, predictions, result. */
  readonly folder: string;
  readonly compile: CompileOptions;
  /** Threads that make batches; 0: the training's own. */
  readonly dataWorkers: number;
  readonly onProgress: (progress: Progress, sigma2: Readonly<Record<string, number>>) => void;
}

/** Trains and evaluates, or returns the stored result of an earlier, finished run. */
export async function makeRun(run: RunToMake): Promise<RunResult> {
  const { config, dataset, tasks, balance, select, seed, folder, configHash } = run;
  const names = tasks.map((task) => task.name);
  const resultFile = join(folder, 'result.json');
  const stored = (await readJsonIfPresent(resultFile)) as
    { configHash: string; result: RunResult } | undefined;
  if (stored) {
    if (stored.configHash === configHash) return stored.result;
    throw new Error(
      `${resultFile}: belongs to another configuration; choose another --name or delete ${folder}`,
    );
  }

  const { size, training } = config;
  const { dataWorkers } = run;
  const parts = assemble({ config, dataset, tasks, balance, seed, dataWorkers });
  await saveDescription(folder, describeRun(run));
  if (!(await latestCheckpoint(join(folder, 'checkpoints')))) {
    await loadPretrained(parts.network, config);
    await loadInitial(parts.network, config);
  }
  const evaluation = await evaluator({
    network: parts.network,
    dataset,
    split: 'val',
    size,
    normalisation: normalisationOf(config),
    batchSize: training.batchSize,
    compile: run.compile,
  });
  const clock = { engine: 0, waiting: 0, steps: 0, name: '' };
  const started = performance.now();
  let evaluating = 0;
  const sigma2: Record<string, number> = {};
  try {
    const { metrics, best } = await train({
      step: parts.step,
      streams: Object.fromEntries(
        Object.entries(parts.streams).map(([name, batches]) => [
          name,
          (first: number) => awaited(batches(first), clock),
        ]),
      ),
      schedule: parts.schedule,
      weightingSchedule: parts.weightingSchedule,
      steps: training.steps,
      evalEvery: training.evalEvery,
      checkpointEvery: training.checkpointEvery,
      logEvery: training.logEvery,
      compile: timed(run.compile, clock),
      folder,
      configHash,
      ...(select && { select }),
      evaluate: async () => {
        const before = performance.now();
        const result = await evaluation.evaluate();
        await saveEvents(folder);
        evaluating += performance.now() - before;
        return result;
      },
      onProgress: (progress) => {
        for (const name of names) {
          const value = progress.values[`sigma2/${name}`];
          if (value !== undefined) sigma2[name] = value;
        }
        clock.name = progress.engine;
        run.onProgress(progress, sigma2);
      },
    });
    const seconds = (performance.now() - started) / 1000;
    const training_s = Math.max(seconds - evaluating / 1000, 1e-9);
    await saveEvents(folder);
    await savePredictions(folder, dataset, evaluation, tasks, config.strips);
    const log = await readMetrics(join(folder, 'metrics.jsonl'));
    const result: RunResult = {
      metrics: (metrics ?? {}) as Metrics,
      sigma2: lastReported(log, 'sigma2/'),
      weights: lastReported(log, 'weight/'),
      parameters: countParameters(parts.parameters).total,
      steps: training.steps,
      ...(select && best && { best }),
    };
    const timing: RunTiming = {
      seconds,
      stepsPerSecond: clock.steps / training_s,
      engineShare: clock.engine / 1000 / training_s,
      waitingShare: clock.waiting / 1000 / training_s,
      engine: clock.name,
    };
    await writeAtomically(join(folder, 'timing.json'), json(timing));
    await writeAtomically(resultFile, json({ configHash, result }));
    return result;
  } finally {
    await evaluation.dispose();
    parts.network.model.dispose();
  }
}

/**
 * What the training log last said per task, by task name: from the log, so that a run resumed after
 * its last step says the same.
 */
function lastReported(log: readonly MetricsRecord[], prefix: string): Record<string, number> {
  const last = log.findLast(({ kind }) => kind === 'train');
  return Object.fromEntries(
    Object.entries(last?.values ?? {}).flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== null ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/** A stream with a clock around every wait for its next batch. */
function awaited(
  source: AsyncIterable<TrainingBatch>,
  clock: { waiting: number },
): AsyncIterable<TrainingBatch> {
  const stream = source[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      ...(stream.return && { return: () => stream.return!() }),
      async next() {
        const before = performance.now();
        try {
          return await stream.next();
        } finally {
          clock.waiting += performance.now() - before;
        }
      },
    }),
  };
}

/** `compile` with a clock around every run. */
const timed =
  (options: CompileOptions, clock: { engine: number; steps: number }): CompileStep =>
  async (step, signature) => {
    const compiled = await compile(step, signature, options);
    return {
      ...compiled,
      run: async (inputs) => {
        const before = performance.now();
        const outputs = await compiled.run(inputs);
        clock.engine += performance.now() - before;
        clock.steps++;
        return outputs;
      },
    };
  };
