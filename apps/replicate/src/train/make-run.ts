import { join } from 'node:path';
import {
  countParameters,
  readMetrics,
  train,
  watchGradients,
  type CompileStep,
  type Fading,
  type MetricsRecord,
  type Progress,
  type TrainingBatch,
} from '@scene-mtl/core';
import {
  json,
  readJsonIfPresent,
  resultSchema,
  type Balance,
  type RunResult,
  type RunTiming,
} from '@scene-mtl/lab';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { writeAtomically } from '@scene-mtl/data/files';
import type { VisionNetwork } from '../assemble/network.ts';
import type { Config } from '../config/schema.ts';
import type { StoredData } from '../data/stored-data.ts';
import type { FeatureStore } from '../features/kept-features.ts';
import { describeRun, saveDescription, type Selection } from '../run/description.ts';
import { gradientReport } from './gradient-report.ts';
import type { Metrics } from './metrics.ts';
import { savePredictions, shownFrames } from './predictions.ts';
import { prepareRun, type PreparedRun } from './prepare-run.ts';
import { metricsOf } from './split-metrics.ts';
import { PICTURED, runEvents, type Pictured } from './tensorboard.ts';

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
  /** Looks at the gradients every so many steps, and says at the end what was seen and what it cost. */
  readonly health?: { readonly every: number; readonly say: (text: string) => void };
  /** Where features of a frozen part are kept, if the configuration asks for it. */
  readonly features?: FeatureStore;
  /** Looks at the trained network before the run counts as finished. @throws when it must not */
  readonly prove?: (
    network: VisionNetwork,
    run: Pick<RunToMake, 'dataset' | 'config' | 'folder'>,
  ) => Promise<void>;
  readonly onProgress: (progress: Progress, sigma2: Readonly<Record<string, number>>) => void;
}

/** The result of a finished run in a folder. */
const resultFile = (folder: string): string => join(folder, 'result.json');

/**
 * The result of an earlier, finished run.
 * @throws when it is of another configuration
 */
export async function storedResult({
  folder,
  configHash,
}: Pick<RunToMake, 'folder' | 'configHash'>): Promise<RunResult | undefined> {
  const file = resultFile(folder);
  const stored = await readJsonIfPresent(file, resultSchema);
  if (!stored || stored.configHash === configHash) return stored?.result;
  throw new Error(
    `${file}: belongs to another configuration; choose another --name or delete ${folder}`,
  );
}

/**
 * Trains and evaluates, or returns the stored result of an earlier, finished run.
 * @param prepared what the run is made with, where that was built before
 */
export async function makeRun(run: RunToMake, prepared?: PreparedRun): Promise<RunResult> {
  const { config, dataset, tasks, select, folder, configHash } = run;
  const names = tasks.map((task) => task.name);
  const stored = await storedResult(run);
  if (stored) {
    await prepared?.dispose();
    return stored;
  }
  const { training } = config;
  const built = prepared ?? (await prepareRun(run));
  const { parts, evaluation, from } = built;
  const description = describeRun(run);
  const events = runEvents({ folder, description, tasks, from });
  const pictured = new Set(shownFrames(dataset, PICTURED));
  await replay(parts.fading, folder, from);
  const watch =
    run.health && (await watchGradients(parts.gradients(), (s, g) => compile(s, g, run.compile)));
  let looking = 0;
  const clock = { engine: 0, waiting: 0, steps: 0, name: '' };
  const started = performance.now();
  let evaluating = 0;
  const sigma2: Record<string, number> = {};
  try {
    await saveDescription(folder, description);
    await built.lookAtFrames();
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
      ...(training.snapshots && { snapshots: tasks.map((task) => metricsOf(task)[0]) }),
      onRecord: (record) => events.scalars(record),
      ...(watch && {
        health: {
          every: run.health.every,
          watch: {
            ...watch,
            async look(inputs) {
              const before = performance.now();
              const seen = await watch.look(inputs);
              looking += performance.now() - before;
              return seen;
            },
          },
        },
      }),
      evaluate: async (step) => {
        const before = performance.now();
        const frames: Pictured[] = [];
        const result = await evaluation.evaluate((sample, predictions) => {
          if (pictured.has(sample.id)) frames.push({ sample, predictions });
        });
        parts.fading?.observe(step, result);
        await events.pictures(step, frames);
        evaluating += performance.now() - before;
        return result;
      },
      onNotice: (text) => void process.stderr.write(`warning: ${text}\n`),
      onProgress: (progress) => {
        for (const name of names) {
          const value = progress.values[`sigma2/${name}`];
          if (value !== undefined) sigma2[name] = value;
        }
        clock.name = progress.engine;
        run.onProgress(progress, sigma2);
      },
    });
    await run.prove?.(parts.network, { dataset, config, folder });
    const seconds = (performance.now() - started) / 1000;
    const training_s = Math.max(seconds - (evaluating + looking) / 1000, 1e-9);
    await events.end(training.steps);
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
    for (const [task, step] of Object.entries(parts.fading?.stopped() ?? {})) {
      process.stderr.write(`${folder}: ${task} was stopped after step ${step}\n`);
    }
    run.health?.say(gradientReport(log, { seconds: looking / 1000, of: seconds }));
    await writeAtomically(join(folder, 'timing.json'), json(timing));
    await writeAtomically(resultFile(folder), json({ configHash, result }));
    return result;
  } finally {
    await watch?.dispose();
    await built.dispose();
  }
}

/** Shows what stops tasks the evaluations of before the step from which a run goes on. */
async function replay(fading: Fading | undefined, folder: string, from: number): Promise<void> {
  if (!fading) return;
  const log = await readMetrics(join(folder, 'metrics.jsonl'));
  for (const { kind, step, values } of log) {
    if (kind === 'evaluation' && step <= from) fading.observe(step, values);
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
