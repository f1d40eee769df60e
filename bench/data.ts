import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateTree } from '@scene-mtl/datasets';
import * as tf from '@tensorflow/tfjs';
import { environment } from '@scene-mtl/lab';
import { profiles } from '../apps/replicate/src/config/profiles.ts';
import { ALL, openStored, type DataRecipe } from '../apps/replicate/src/data/stored-data.ts';
import { readingRate } from './data-reading.ts';
import { trainingLoop, type Loop } from './data-training.ts';

/** Profiles that are measured, each at its own size and batch. */
export const measured = ['quick', 'standard'] as const;
export type MeasuredProfile = (typeof measured)[number];

/** What the data bench takes. */
export interface DataBenchOptions {
  readonly profiles: readonly MeasuredProfile[];
  /** Turns of each thing that is measured. */
  readonly rounds: number;
  /** Threads that make batches; 0: the training's own. */
  readonly workers: number;
  /** Leave out the training loops. */
  readonly readingOnly: boolean;
  /** Told each reading as a line. */
  readonly say: (text: string) => void;
}

/** The middle and one end of several turns. */
interface Several {
  readonly best: number;
  readonly median: number;
}

/** How batches reach one profile's training. */
export interface DataBenchResult {
  readonly profile: MeasuredProfile;
  readonly size: string;
  readonly batchSize: number;
  /** Frames per second of the generator, on all threads. */
  readonly generated: number;
  /** Frames per second of batches ready to train on: decoded and written to the cache, or from it. */
  readonly cold: Several;
  readonly warm: Several;
  /** Loops on batches from files, from the cache, and on one batch again and again. */
  readonly training?: Readonly<Record<'cold' | 'warm' | 'sameBatch', LoopResult>>;
}

/** One kind of training loop over all turns. */
export interface LoopResult {
  /** Part of the loop's time spent waiting for batches after the first, %. */
  readonly waiting: Several;
  /** Wait for the first batch, while the workers start, ms. */
  readonly first: Several;
  /** Time of a step, the wait for its batch included, ms. */
  readonly step: Several;
  /** Part of a whole run of the profile's length, the first wait included, %. */
  readonly wholeRun: number;
}

const FRAMES = 64;

/** Rates of the data path, and what it costs a training loop as a run has it. */
export async function benchData(options: DataBenchOptions): Promise<{
  machine: Record<string, string>;
  results: DataBenchResult[];
}> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const machine = { ...environment(), 'data workers': String(options.workers) };
  const folder = await mkdtemp(join(tmpdir(), 'scene-mtl-bench-'));
  try {
    const results: DataBenchResult[] = [];
    for (const profile of options.profiles) results.push(await measure(profile, folder, options));
    return { machine, results };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  profile: MeasuredProfile,
  folder: string,
  { rounds, workers, readingOnly, say }: DataBenchOptions,
): Promise<DataBenchResult> {
  const config = profiles[profile];
  const { size, training } = config;
  const root = join(folder, profile);
  const start = performance.now();
  const frames = { train: FRAMES, val: 0 };
  await generateTree({ out: root, frames, ...size, seed: 1, workers: availableParallelism() });
  const generated = (FRAMES * 1000) / (performance.now() - start);
  say(`${profile}: generated ${generated.toFixed(1)} frames/s`);

  const files: DataRecipe = { root, limits: ALL, holdOut: null };
  const cache: DataRecipe = { ...files, cache: join(folder, `${profile}-cache`) };
  const rates = { cold: [] as number[], warm: [] as number[] };
  const loops = { cold: [] as Loop[], warm: [] as Loop[], sameBatch: [] as Loop[] };
  for (let round = 1; round <= rounds; round++) {
    await rm(cache.cache!, { recursive: true, force: true });
    for (const kind of ['cold', 'warm'] as const) {
      rates[kind].push(await readingRate({ config, recipe: cache, frames: FRAMES, workers }));
    }
    say(
      `${profile}: round ${round} of ${rounds}, cold ${rates.cold.at(-1)!.toFixed(0)} frames/s, ` +
        `warm ${rates.warm.at(-1)!.toFixed(0)} frames/s`,
    );
    if (readingOnly) continue;
    for (const kind of ['cold', 'warm', 'sameBatch'] as const) {
      const dataset = await openStored(kind === 'cold' ? files : cache);
      const again = kind === 'sameBatch';
      const loop = await trainingLoop({ config, dataset, again, workers, folder });
      loops[kind].push(loop);
      say(
        `${profile}: round ${round} of ${rounds}, training ${kind}, ` +
          `${loop.stepMs.toFixed(1)} ms a step, waits ${(100 * loop.waiting).toFixed(2)} %`,
      );
    }
  }
  const resultOf = (turns: readonly Loop[]): LoopResult => {
    const several = (pick: (loop: Loop) => number) => lowest(turns.map(pick));
    const [first, step] = [several((l) => l.firstMs), several((l) => l.stepMs)];
    const waiting = several((l) => 100 * l.waiting);
    const later = (waiting.median / 100) * step.median * (training.steps - 1);
    const whole = first.median + step.median * (training.steps - 1);
    return { waiting, first, step, wholeRun: (100 * (first.median + later)) / whole };
  };
  return {
    profile,
    size: `${size.height}×${size.width}`,
    batchSize: training.batchSize,
    generated,
    cold: highest(rates.cold),
    warm: highest(rates.warm),
    ...(!readingOnly && {
      training: {
        cold: resultOf(loops.cold),
        warm: resultOf(loops.warm),
        sameBatch: resultOf(loops.sameBatch),
      },
    }),
  };
}

/** Prints the results as text. */
export function printData({ machine, results }: Awaited<ReturnType<typeof benchData>>): void {
  for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`);
  for (const { profile, size, batchSize, generated, cold, warm, training } of results) {
    console.log(`\n${profile}, ${size}, batches of ${batchSize}`);
    console.log(`  generate          ${generated.toFixed(1)} frames/s`);
    for (const [name, rate] of [
      ['cold', cold],
      ['warm', warm],
    ] as const) {
      const shown = `max ${rate.best.toFixed(0)}  median ${rate.median.toFixed(0)} frames/s`;
      console.log(`  batches, ${name}     ${shown}`);
    }
    for (const [name, loop] of Object.entries(training ?? {})) {
      const { waiting, first, step, wholeRun } = loop;
      console.log(
        `  training, ${name.padEnd(9)} step min ${step.best.toFixed(1)}  median ${step.median.toFixed(1)} ms, ` +
          `waits min ${waiting.best.toFixed(2)}  median ${waiting.median.toFixed(2)} %, ` +
          `first batch ${first.median.toFixed(0)} ms, whole run ${wholeRun.toFixed(2)} %`,
      );
    }
  }
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const lowest = (v: readonly number[]): Several => ({ best: Math.min(...v), median: median(v) });
const highest = (v: readonly number[]): Several => ({ best: Math.max(...v), median: median(v) });
