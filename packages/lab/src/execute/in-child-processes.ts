import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { moduleBeside } from '@scene-mtl/datasets';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { Config } from '../config/schema.ts';
import { duration, type ProgressLine } from '../run/progress.ts';
import type { RunRecord } from './record.ts';
import { dataOf, perform, type Job, type JobPlace, type JobProgress } from './perform.ts';
import { recordFile, runFolder } from './results.ts';
import { readJsonIfPresent } from '../run/files.ts';
import { runId, type RunSpec } from './spec.ts';

/** How jobs are carried out. */
export interface ExecuteOptions extends JobPlace {
  readonly config: Config;
  /** Folder of all runs. */
  readonly runs: string;
  /** Runs at a time; more than one run in processes of their own and share the cores. */
  readonly jobs: number;
  readonly line: ProgressLine;
}

/** What a process that performs jobs is told, one at a time. */
export interface JobOrder {
  readonly config: Config;
  readonly runs: string;
  readonly spec: RunSpec;
  /** Names of the measurements to make. */
  readonly measurements: readonly string[];
  readonly strips: number;
  readonly compile: CompileOptions;
  readonly dataWorkers: number;
}

/** What it answers. */
export type JobAnswer =
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Carries out jobs, some at a time, each from where it was stopped.
 * @throws the first error of any job, after the others have been stopped; what they saved stays
 */
export async function execute(jobs: readonly Job[], options: ExecuteOptions): Promise<void> {
  const clock = jobClock(jobs.length, options.line);
  const finished = async ({ spec }: Job): Promise<void> => {
    const folder = runFolder(options.root, spec, options.found);
    clock.finished(spec, (await readJsonIfPresent(recordFile(folder))) as RunRecord);
  };
  if (options.jobs === 1) {
    for (const job of jobs) {
      await perform(job, options, (progress) => clock.at(0, job.spec, progress));
      await finished(job);
    }
    return;
  }
  await inProcesses(
    jobs,
    options,
    (slot, job, progress) => clock.at(slot, job.spec, progress),
    finished,
  );
}

async function inProcesses(
  jobs: readonly Job[],
  options: ExecuteOptions,
  onProgress: (slot: number, job: Job, progress: JobProgress) => void,
  finished: (job: Job) => Promise<void>,
): Promise<void> {
  const { config, runs, strips, compile, dataWorkers } = options;
  const file = fileURLToPath(moduleBeside(import.meta.url, 'worker'));
  const threads = compile.threads ?? Math.max(1, Math.floor(availableParallelism() / options.jobs));
  let next = 0;
  const drive = (worker: ChildProcess, slot: number) =>
    new Promise<void>((resolve, reject) => {
      let job: Job;
      const send = async () => {
        if (next >= jobs.length) return resolve();
        job = jobs[next++];
        // Opened here first: two processes that lack the same scenes would both render them.
        for (const data of dataOf(job)) await options.open(data);
        const order: JobOrder = {
          config,
          runs,
          spec: job.spec,
          measurements: job.measurements.map(({ name }) => name),
          strips,
          compile: { ...compile, threads },
          dataWorkers,
        };
        worker.send(order);
      };
      worker.on('message', (answer: JobAnswer) => {
        if (answer.kind === 'progress') return onProgress(slot, job, answer.progress);
        if (answer.kind === 'failed') {
          return reject(new Error(`${runId(job.spec, options.found)}: ${answer.message}`));
        }
        finished(job).then(send).catch(reject);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a process ended early (exit code ${code})`)));
      send().catch(reject);
    });
  const workers = Array.from({ length: Math.min(options.jobs, jobs.length) }, () => fork(file));
  try {
    await Promise.all(workers.map(drive));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

/** Progress over all jobs: time left comes from the jobs and steps made so far. */
function jobClock(count: number, line: ProgressLine) {
  const started = performance.now();
  let finished = 0;
  const shown = new Map<number, { text: string; part: number }>();
  const elapsed = () => (performance.now() - started) / 1000;
  return {
    at(slot: number, spec: RunSpec, progress: JobProgress) {
      shown.set(slot, { text: textOf(spec, progress), part: partOf(progress) });
      line.update(() => {
        const slots = [...shown.values()];
        const done = finished + slots.reduce((sum, { part }) => sum + part, 0);
        const left = done > 0 ? ((count - done) * elapsed()) / done : NaN;
        const time = Number.isFinite(left) ? `${duration(left)} left` : '';
        return [`[${finished + 1}/${count}]`, time, ...slots.map(({ text }) => text)].join('  ');
      });
    },
    finished(spec: RunSpec, { result }: RunRecord) {
      finished++;
      shown.clear();
      const metrics = Object.entries(result.metrics as Record<string, number | null>)
        .filter(([key]) => /iou$|meanError$/.test(key))
        .map(([key, value]) => `${key} ${value === null ? '–' : value.toFixed(3)}`);
      line.print(
        `[${finished}/${count}] ${titleOf(spec)}: ${metrics.join('  ')}  (${duration(elapsed())})`,
      );
    },
  };
}

/** A run in a few words. */
export function titleOf({ tasks, weighting, seed, config }: RunSpec): string {
  const options = Object.entries(weighting.options).map(([key, value]) => `${key} ${value}`);
  const shown = options.length > 0 ? ` (${options.join(', ')})` : '';
  return `${tasks.join('+')} ${weighting.name}${shown} ${config.size.height}×${config.size.width} seed ${seed}`;
}

const partOf = (progress: JobProgress): number =>
  progress.kind === 'training' ? progress.progress.step / progress.progress.steps : 1;

function textOf(spec: RunSpec, progress: JobProgress): string {
  if (progress.kind === 'measuring') {
    return `${titleOf(spec)}: ${progress.name}, ${progress.seen} of ${progress.frames} frames`;
  }
  const { step, steps, values } = progress.progress;
  const losses = Object.entries(values)
    .filter(([key]) => key.startsWith('loss/'))
    .map(([key, value]) => `${key.slice(5)} ${value.toFixed(3)}`);
  return [`${titleOf(spec)}: step ${step}/${steps}`, ...losses].join('  ');
}
