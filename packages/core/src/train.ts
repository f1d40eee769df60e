import { join } from 'node:path';
import {
  latestCheckpoint,
  pruneCheckpoints,
  saveCheckpoint,
  sweepCheckpoints,
  type Best,
} from './checkpoint/checkpoint.ts';
import { restoreVariables, storeVariables } from './checkpoint/variables.ts';
import type { Schedule } from './schedules.ts';
import type { TrainingStep } from './steps/step.ts';
import { averages } from './training/averages.ts';
import { bestsOf, betterOf, stepsOf } from './training/best.ts';
import { compiledOr, type CompileStep } from './training/compiled-step.ts';
import { joinedStreams, type TrainingBatch } from './training/joined-streams.ts';
import { appendMetrics, truncateMetrics, type MetricsRecord } from './training/metrics-log.ts';
import { checkFinite, finiteOrNull, numbers, withoutNorms } from './training/step-values.ts';
import type { GradientWatch } from './training/watch-gradients.ts';

/** State of a run, for a progress line. */
export interface Progress {
  /** Steps done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** What the step gave: `total`, `loss/<task>`, norms … */
  readonly values: Readonly<Record<string, number>>;
  /** Engine that runs it. */
  readonly engine: string;
}

/** What {@link train} takes: plain values, no configuration. */
export interface TrainOptions {
  /** What is compiled and run. */
  readonly step: TrainingStep;
  /**
   * The streams that the step reads: the batches from number `first` on; the same number, the same
   * batch. Each gives one batch to every run of the step.
   */
  readonly streams: Readonly<Record<string, (first: number) => AsyncIterable<TrainingBatch>>>;
  /** Learning rate of the network; steps are those of the optimiser. */
  readonly schedule: Schedule;
  /** Learning rate of the balancer's variables. Default: `schedule`. */
  readonly weightingSchedule?: Schedule;
  /** Steps in all, those before a resume included. */
  readonly steps: number;
  readonly compile: CompileStep;
  /** Folder of the run: gets `metrics.jsonl` and `checkpoints/`. */
  readonly folder: string;
  /** Identifies the configuration; a folder continues only under the same one. */
  readonly configHash: string;
  /** Steps between lines of the training log. Default 10. */
  readonly logEvery?: number;
  /** Metrics of the current weights, by name. Called every `evalEvery` steps and at the end. */
  readonly evaluate?: (step: number) => Promise<Readonly<Record<string, number>>>;
  readonly evalEvery?: number;
  /** The metric that decides which checkpoint is kept as the best. */
  readonly select?: { readonly metric: string; readonly better: 'higher' | 'lower' };
  /** Metrics for each of which the checkpoint of the best evaluation is kept as well. */
  readonly snapshots?: readonly { readonly name: string; readonly better: 'higher' | 'lower' }[];
  /** Steps between checkpoints; there is one at the end in any case. */
  readonly checkpointEvery?: number;
  /** How many of the last checkpoints stay, besides the best. Default 2. */
  readonly keep?: number;
  /** Looks at the gradients of a batch every so many steps, after the update; changes no number of the run. */
  readonly health?: { readonly watch: GradientWatch; readonly every: number };
  /** Called with every record once it stands in `metrics.jsonl`. */
  readonly onRecord?: (record: MetricsRecord) => Promise<void> | void;
  /** Called after every step. */
  readonly onProgress?: (progress: Progress) => void;
  /** Gets what a person should know, each sentence once. Default: a warning of the process. */
  readonly onNotice?: (text: string) => void;
}

/** How a run ended. */
export interface TrainResult {
  readonly step: number;
  /** Step from which it was resumed; 0 for a fresh run. */
  readonly resumedFrom: number;
  /** Metrics of the last evaluation, if any. */
  readonly metrics: Readonly<Record<string, number | null>> | undefined;
  readonly best: Best | undefined;
}

/**
 * Trains from start to end, or on from the folder's last checkpoint: a run that was
 * stopped and resumed ends with the same bits, and the same log, as one that was not.
 * @throws when a loss or norm is no longer finite, naming the step; the last checkpoint stays good
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { step, steps, folder, logEvery = 10, keep = 2, configHash, schedule } = options;
  const { weightingSchedule = schedule } = options;
  const { onNotice = (text) => process.emitWarning(text) } = options;
  const { variables, batchesPerStep } = step;

  // --- Resume ------------------------------------------------------------------------------------
  const checkpoints = join(folder, 'checkpoints');
  const log = join(folder, 'metrics.jsonl');
  const resumed = await latestCheckpoint(checkpoints, configHash);
  await sweepCheckpoints(checkpoints);
  if (resumed) restoreVariables(variables, resumed.tensors, checkpoints);
  const resumedFrom = resumed?.manifest.step ?? 0;
  const means = averages(resumed?.manifest.pending);
  let metrics = resumed?.manifest.metrics;
  let best = resumed?.manifest.best;
  let bests = resumed?.manifest.bests;
  await truncateMetrics(log, resumedFrom);

  // --- Compile the step --------------------------------------------------------------------------
  // Begun first, so that what makes batches elsewhere starts up meanwhile.
  const stream = joinedStreams(step, options.streams, resumedFrom * batchesPerStep);
  const compiled = await compiledOr(() => stream.close(), options.compile, step);

  const { health } = options;
  const save = async (done: number): Promise<void> => {
    await compiled.pull();
    const manifest = {
      step: done,
      configHash,
      pending: means.pending(),
      ...(metrics && { metrics }),
      ...(best && { best }),
      ...(bests && { bests }),
    };
    await saveCheckpoint(checkpoints, manifest, storeVariables(variables));
    await pruneCheckpoints(checkpoints, keep, stepsOf(best, bests));
  };

  const said = new Set<string>();
  const say = (texts: readonly string[]): void => {
    for (const text of texts.filter((one) => !said.has(one))) {
      said.add(text);
      onNotice(text);
    }
  };

  const record = async (made: MetricsRecord): Promise<void> => {
    await appendMetrics(log, made);
    await options.onRecord?.(made);
  };

  // --- Train -------------------------------------------------------------------------------------
  try {
    for (let i = resumedFrom; i < steps; i++) {
      let values: Record<string, number> = {};
      let inputs: Record<string, Float32Array> = {};
      for (let part = 0; part < batchesPerStep; part++) {
        const arrays = await stream.next(`step ${i} of ${steps}`);
        const applies = part === batchesPerStep - 1;
        inputs = {
          ...arrays,
          'rate/network': Float32Array.of(schedule(i)),
          'rate/weighting': Float32Array.of(weightingSchedule(i)),
          apply: Float32Array.of(applies ? 1 : 0),
          ...step.inputsAt(i * batchesPerStep + part),
        };
        values = numbers(await compiled.run(i * batchesPerStep + part, inputs));
        checkFinite(values, i);
        say(step.notices?.(values) ?? []);
        // The norms of gradients that are still being summed say nothing.
        means.add(applies ? values : withoutNorms(values));
      }
      const done = i + 1;
      const last = done === steps;

      // --- Log, evaluate, save -------------------------------------------------------------------
      if (done % logEvery === 0 || last) {
        const rates = { 'rate/network': schedule(i), 'rate/weighting': weightingSchedule(i) };
        await record({ step: done, kind: 'train', values: { ...means.take(), ...rates } });
      }
      if (health && done % health.every === 0) {
        await compiled.pull();
        const seen = await health.watch.look(inputs);
        if (seen) await record({ step: done, kind: 'gradients', values: seen });
      }
      let due = last || done % (options.checkpointEvery ?? steps) === 0;
      if (options.evaluate && (last || done % (options.evalEvery ?? steps) === 0)) {
        await compiled.pull();
        metrics = finiteOrNull(await options.evaluate(done));
        await record({ step: done, kind: 'evaluation', values: metrics });
        const better = betterOf(best, options.select, metrics, done);
        const each = bestsOf(bests, options.snapshots, metrics, done);
        due ||= better !== best || each !== bests;
        [best, bests] = [better, each];
      }
      if (due) await save(done);
      options.onProgress?.({ step: done, steps, values, engine: compiled.engine });
    }
    await compiled.pull();
    return { step: Math.max(steps, resumedFrom), resumedFrom, metrics, best };
  } finally {
    await stream.close();
    await compiled.dispose();
  }
}
