import { availableParallelism, cpus } from 'node:os';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { startPeer } from './peer.ts';
import { stepOf, type Workload } from './workloads.ts';

/** What the step bench takes. */
export interface StepBenchOptions {
  /** Rounds in which ours and the peer take turns. */
  readonly rounds: number;
  /** Steps per turn. */
  readonly steps: number;
  readonly threads: number;
  /** Prefix of a profile file of ours; no peer then. */
  readonly profile?: string;
  /** Adds PyTorch under bfloat16 autocast. */
  readonly bf16: boolean;
  /** Adds PyTorch's torch.compile, which needs a C++ compiler. */
  readonly torchCompile: boolean;
  readonly say: (text: string) => void;
}

/** Step times of one contestant, ms. */
export interface Timing {
  readonly min: number;
  readonly median: number;
  /** Of the whole process, which trains nothing else, MiB. */
  readonly peakMiB: number;
}

/** Result of one workload. */
export interface StepBenchResult {
  readonly id: string;
  readonly title: string;
  readonly parameters: number;
  /** Capture and session creation, ms. */
  readonly compileMs: number;
  readonly ours: Timing;
  readonly peers: readonly PeerTiming[];
}

/** Step times of a peer. */
export interface PeerTiming extends Timing {
  readonly name: string;
  /** Median over rounds of its time divided by ours, medians of each turn. */
  readonly ratio: number;
  /** Its first step, where that compiles, ms. */
  readonly compileMs?: number;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const timing = (ms: readonly number[], peakMiB: number): Timing => ({
  min: Math.min(...ms),
  median: median(ms),
  peakMiB,
});

/** Ways in which PyTorch runs a step, and the words that ask for them. */
function kindsOf({ bf16, torchCompile }: StepBenchOptions) {
  return [
    { name: 'PyTorch', words: [] },
    ...(bf16 ? [{ name: 'PyTorch bf16', words: ['bf16'] }] : []),
    ...(torchCompile ? [{ name: 'torch.compile', words: ['compile'] }] : []),
  ];
}

/** Processor, threads and versions, by name. */
export type Machine = Readonly<Record<string, string>>;

/** Trains one workload in our runtime and in PyTorch, taking turns. */
export async function benchWorkload(
  workload: Workload,
  options: StepBenchOptions,
): Promise<{ readonly machine: Machine; readonly result: StepBenchResult }> {
  const { rounds, steps, threads, say } = options;
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const machine: Record<string, string> = {
    processor: `${cpus()[0].model.trim()}, ${availableParallelism()} threads`,
    threads: String(threads),
    node: process.version,
  };
  const { run, signature, inputs, numbers } = stepOf(workload);
  const begun = performance.now();
  const compiled = await compile(run, signature, {
    threads,
    ...(options.profile !== undefined && { profile: options.profile }),
  });
  const compileMs = performance.now() - begun;
  const ourTurn = async () => {
    const ms: number[] = [];
    for (let i = 0; i < steps; i++) {
      const start = performance.now();
      await compiled.run(inputs as never);
      ms.push(performance.now() - start);
    }
    return ms;
  };
  await ourTurn();
  const theirs = (
    await Promise.all(
      options.profile !== undefined
        ? []
        : kindsOf(options).map(async ({ name, words }) => {
            const peer = await startPeer('step_torch.py', [String(threads)], say);
            if (!peer) return undefined;
            machine['torch'] = String(peer.hello['version']);
            const loaded = await peer.ask(['load', workload.id, ...words].join(' '));
            const { parameters, error, compileMs } = loaded;
            if (parameters !== numbers) {
              throw new Error(
                `workload ${workload.id}: ${numbers} parameters here, ${String(parameters)} in PyTorch`,
              );
            }
            if (error !== undefined) {
              say(`${workload.id}: ${name} is left out: ${error as string}`);
              peer.close();
              return undefined;
            }
            await peer.ask(`run ${steps}`);
            return {
              name,
              peer,
              compileMs,
              ms: [] as number[],
              ratios: [] as number[],
              peakMiB: 0,
            };
          }),
    )
  ).filter((their) => their !== undefined);
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const mine = await ourTurn();
    ours.push(...mine);
    for (const their of theirs) {
      const answer = await their.peer.ask(`run ${steps}`);
      const ms = answer['ms'] as number[];
      their.ms.push(...ms);
      their.peakMiB = answer['peakMiB'] as number;
      their.ratios.push(median(ms) / median(mine));
    }
    say(`${workload.id}: round ${round + 1} of ${rounds}, ours ${median(mine).toFixed(1)} ms`);
  }
  const peak = process.resourceUsage().maxRSS / 1024;
  const result: StepBenchResult = {
    id: workload.id,
    title: `${workload.title}, batch ${workload.batch}, ${workload.size.join('×')}`,
    parameters: numbers,
    compileMs,
    ours: timing(ours, peak),
    peers: theirs.map(({ name, ms, peakMiB, ratios, compileMs }) => ({
      name,
      ...timing(ms, peakMiB),
      ratio: median(ratios),
      ...(typeof compileMs === 'number' && { compileMs }),
    })),
  };
  theirs.forEach(({ peer }) => peer.close());
  await compiled.dispose();
  return { machine, result };
}
