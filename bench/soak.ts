import { availableParallelism } from 'node:os';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { stepOf, workloads } from './workloads.ts';

/** Options of {@link benchSoak}. */
export interface SoakOptions {
  /** Training steps of workload a. Default 2000. */
  readonly steps?: number;
  /** Steps between two readings; growth counts from the first. Default 200. */
  readonly every?: number;
  /** Threads of ours. Default: all. */
  readonly threads?: number;
  /** Told each reading as a line. Default: stderr. */
  readonly say?: (text: string) => void;
}

/** What one reading shows. */
export interface SoakReading {
  /** Steps done. */
  readonly step: number;
  /** Median time of a step since the reading before, ms. */
  readonly ms: number;
  /** Resident memory of the process, MiB. */
  readonly rssMiB: number;
  /** Used JavaScript heap, MiB. */
  readonly heapMiB: number;
  /** Typed arrays and native memory that JavaScript holds, MiB. */
  readonly externalMiB: number;
  /** Tensors that TensorFlow.js knows. */
  readonly tensors: number;
  /** Total loss of the last step; finite, or the run ends. */
  readonly total: number;
}

/** Readings and the last minus the first of them. */
export interface SoakResult {
  readonly readings: readonly SoakReading[];
  readonly growth: {
    readonly steps: number;
    readonly rssMiB: number;
    readonly heapMiB: number;
    readonly externalMiB: number;
    readonly tensors: number;
    /** Median step time of the last reading divided by that of the first. */
    readonly slower: number;
  };
}

const MiB = 2 ** 20;

/**
 * Trains workload a for many steps in one process and reads step time, memory and tensor count on the
 * way: does a long run grow or slow down? With `node --expose-gc` garbage is collected before each
 * reading, which makes the heap comparable.
 * @throws when the loss stops being finite, or fewer than two readings fit
 */
export async function benchSoak(options: SoakOptions = {}): Promise<SoakResult> {
  const { steps = 2000, every = 200, threads = availableParallelism() } = options;
  const say = options.say ?? ((text: string) => void process.stderr.write(`${text}\n`));
  if (steps < 2 * every) {
    throw new Error(`benchSoak: ${steps} steps hold fewer than two readings of ${every}`);
  }
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const { run, signature, inputs } = stepOf(workloads.find(({ id }) => id === 'a')!);
  const compiled = await compile(run, signature, { threads });
  const readings: SoakReading[] = [];
  try {
    let times: number[] = [];
    for (let step = 1; step <= steps; step++) {
      const start = performance.now();
      const outputs = await compiled.run(inputs as never);
      times.push(performance.now() - start);
      if (step % every !== 0) continue;
      const total = (outputs['total'] as Float32Array)[0];
      if (!Number.isFinite(total)) throw new Error(`benchSoak: total ${total} at step ${step}`);
      const reading = read(step, times, total);
      times = [];
      readings.push(reading);
      say(lineOf(reading));
    }
  } finally {
    await compiled.dispose();
    tf.disposeVariables();
  }
  return { readings, growth: growthOf(readings) };
}

function read(step: number, times: readonly number[], total: number): SoakReading {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const sorted = [...times].sort((a, b) => a - b);
  return {
    step,
    ms: sorted[sorted.length >> 1],
    rssMiB: rss / MiB,
    heapMiB: heapUsed / MiB,
    externalMiB: external / MiB,
    tensors: tf.memory().numTensors,
    total,
  };
}

const lineOf = (r: SoakReading): string =>
  `step ${r.step}: ${r.ms.toFixed(1)} ms, resident ${r.rssMiB.toFixed(0)} MiB, heap ` +
  `${r.heapMiB.toFixed(1)} MiB, external ${r.externalMiB.toFixed(1)} MiB, ${r.tensors} tensors, ` +
  `total ${r.total.toFixed(3)}`;

function growthOf(readings: readonly SoakReading[]): SoakResult['growth'] {
  const first = readings[0];
  const last = readings[readings.length - 1];
  return {
    steps: last.step - first.step,
    rssMiB: last.rssMiB - first.rssMiB,
    heapMiB: last.heapMiB - first.heapMiB,
    externalMiB: last.externalMiB - first.externalMiB,
    tensors: last.tensors - first.tensors,
    slower: last.ms / first.ms,
  };
}
