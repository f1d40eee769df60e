import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { startPeer, type Peer } from './peer.ts';
import { heads, small, stepOf, workloads } from './workloads.ts';

/** The methods timed by default; those that TorchJD has are timed there too. */
export const TIMED: readonly string[] = [
  ...['equal', 'uncertainty', 'famo', 'pcgrad', 'mgda', 'cagrad', 'nash-mtl', 'fairgrad'],
  ...['aligned-mtl', 'imtl-g', 'upgrad', 'graddrop'],
];

/** A method and, after a colon, options of it: `nash:every=5,mode=representation`. */
function parsed(method: string): { name: string; options: Record<string, string | number> } {
  const [name, set = ''] = method.split(':');
  const options = set
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const [option, value] = one.split('=');
      return [option, Number.isNaN(Number(value)) ? value : Number(value)] as const;
    });
  return { name, options: Object.fromEntries(options) };
}

/** A step of workload a under a method. */
export interface BalancingRow {
  /** Name, and options if there are some: `nash:every=5`. */
  readonly method: string;
  /**
   * Median and smallest over all steps, ms; where weights are kept for n batches, over the means of n steps, one of
   * which computes them.
   */
  readonly ms: number;
  readonly min: number;
  /** Median over the rounds of the ratio of the round's medians, and the ratio of the smallest. */
  readonly timesEqual: number;
  readonly minTimesEqual: number;
  /** Median time of all processors per step, ms, and the median over the rounds of its ratio: less moved by others' work. */
  readonly processorMs: number;
  readonly processorTimesEqual: number;
  /** Of its process, MiB, and its ratio to that of equal weights. */
  readonly peakMiB: number;
  readonly memoryTimesEqual: number;
  /** Capture and session, ms. */
  readonly compileMs: number;
  readonly torchMs?: number;
  readonly torchMiB?: number;
  /** Median over the rounds of PyTorch's median divided by ours. */
  readonly torchTimesOurs?: number;
}

/** What {@link benchBalancing} takes. */
export interface BalancingBenchOptions {
  readonly methods: readonly string[];
  readonly rounds: number;
  /** Steps per turn. */
  readonly steps: number;
  readonly threads: number;
  readonly say: (text: string) => void;
}

/** Times of some steps, and the process's peak memory so far. */
interface Turn {
  readonly ms: readonly number[];
  /** Of ours. */
  readonly processorMs?: readonly number[];
  readonly peakMiB: number;
}

/** A method at work in a process of its own. */
interface Contestant {
  readonly turns: Turn[];
  turn(): Promise<Turn>;
  close(): void;
}

const CHILD = 'one-method';

/**
 * Steps of workload a under each method, ours and PyTorch's with TorchJD, each in a process of its own that keeps
 * its memory to itself, all in turns.
 */
export async function benchBalancing(options: BalancingBenchOptions) {
  const { rounds, steps, threads, say } = options;
  const methods = ['equal', ...options.methods.filter((name) => name !== 'equal')];
  const machine: Record<string, string> = {
    processor: `${cpus()[0].model.trim()}, ${availableParallelism()} threads`,
    threads: `${threads}`,
    node: process.version,
  };
  const made: { method: string; ours: Contestant; compileMs: number; theirs?: Contestant }[] = [];
  let peersWork = true;
  try {
    for (const method of methods) {
      const child = await startOurs(method, threads, steps);
      const peer: Peer | undefined = peersWork
        ? await startPeer('balancing_torch.py', [`${threads}`], say)
        : undefined;
      peersWork = peer !== undefined;
      const theirs = peer && (await startTheirs(peer, method, child.numbers, steps, say));
      if (peer)
        machine['torch'] =
          `${String(peer.hello['torch'])}, torchjd ${String(peer.hello['torchjd'])}`;
      made.push({ method, ...child, ...(theirs && { theirs }) });
      say(
        `${method}: compiled in ${child.compileMs.toFixed(0)} ms${theirs ? ', beside PyTorch' : ''}`,
      );
    }
    for (let round = 0; round < rounds; round++) {
      for (const { ours, theirs } of made) {
        ours.turns.push(await ours.turn());
        if (theirs) theirs.turns.push(await theirs.turn());
      }
      say(`round ${round + 1} of ${rounds}`);
    }
  } finally {
    for (const { ours, theirs } of made) {
      ours.close();
      theirs?.close();
    }
  }
  const [equal] = made;
  const rows = made.map(({ method, ours, theirs, compileMs }): BalancingRow => {
    const peak = (of: Contestant) => Math.max(...of.turns.map(({ peakMiB }) => peakMiB));
    const all = (of: Contestant) => of.turns.flatMap(({ ms }) => ms);
    return {
      method,
      ms: rounded(median(all(ours)), 1),
      min: rounded(Math.min(...all(ours)), 1),
      timesEqual: rounded(ratio(ours, equal.ours), 2),
      minTimesEqual: rounded(Math.min(...all(ours)) / Math.min(...all(equal.ours)), 2),
      processorMs: rounded(median(ours.turns.flatMap(({ processorMs = [] }) => processorMs)), 1),
      processorTimesEqual: rounded(
        ratio(ours, equal.ours, ({ processorMs = [] }) => processorMs),
        2,
      ),
      peakMiB: rounded(peak(ours), 0),
      memoryTimesEqual: rounded(peak(ours) / peak(equal.ours), 2),
      compileMs: rounded(compileMs, 0),
      ...(theirs && {
        torchMs: rounded(median(all(theirs)), 1),
        torchMiB: rounded(peak(theirs), 0),
        torchTimesOurs: rounded(ratio(theirs, ours), 2),
      }),
    };
  });
  return { machine, rows };
}

/** Median over the rounds of the ratio of medians. */
const ratio = (
  of: Contestant,
  to: Contestant,
  what: (turn: Turn) => readonly number[] = ({ ms }) => ms,
): number =>
  median(of.turns.map((turn, round) => median(what(turn)) / median(what(to.turns[round]))));

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// --- Ours ------------------------------------------------------------------------------------------

async function startOurs(method: string, threads: number, steps: number) {
  const child = fork(fileURLToPath(import.meta.url), [CHILD]);
  const { compileMs, numbers } = await ask<{ compileMs: number; numbers: number }>(child, {
    method,
    threads,
  });
  const turn = () => ask<Turn>(child, { steps });
  await turn();
  const ours: Contestant = { turns: [], turn, close: () => child.kill() };
  return { ours, compileMs, numbers };
}

/** Sends a question and waits for the answer. @throws when the process ends instead */
async function ask<T>(child: ChildProcess, question: object): Promise<T> {
  child.send(question);
  const ended = once(child, 'exit').then(() => {
    throw new Error(`bench balancing: the process asked ${JSON.stringify(question)} ended`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return answer;
}

async function answerQuestions(): Promise<void> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const [workload] = workloads;
  let run: ((batch: number) => Promise<unknown>) | undefined;
  let [every, batch] = [1, 0];
  process.on('message', (question: { method: string; threads: number } | { steps: number }) => {
    void (async () => {
      if ('method' in question) {
        const { method, threads } = question;
        const { name, options } = parsed(method);
        const step = stepOf({ ...workload, build: heads(small, 64, name, options) });
        const begun = performance.now();
        const compiled = await compile(step.run, step.signature, { threads });
        const { between } = step;
        const kept = between && (await compiled.beside(between.run, step.signature));
        const compileMs = performance.now() - begun;
        every = Number(options['every'] ?? 1);
        run = (at) => (kept && between.at(at) ? kept : compiled).run(step.inputs as never);
        process.send?.({ compileMs, numbers: step.numbers });
        return;
      }
      const ms: number[] = [];
      const processorMs: number[] = [];
      for (let i = 0; i < question.steps; i += every) {
        const [start, used] = [performance.now(), process.cpuUsage()];
        for (let n = 0; n < every; n++) await run?.(batch++);
        ms.push((performance.now() - start) / every);
        const { user, system } = process.cpuUsage(used);
        processorMs.push((user + system) / 1000 / every);
      }
      process.send?.({ ms, processorMs, peakMiB: process.resourceUsage().maxRSS / 1024 });
    })();
  });
}

if (process.argv[2] === CHILD) await answerQuestions();

// --- PyTorch ---------------------------------------------------------------------------------------

/** Undefined, with the reason told, where the peer lacks the method. */
async function startTheirs(
  peer: Peer,
  method: string,
  numbers: number,
  steps: number,
  say: (text: string) => void,
): Promise<Contestant | undefined> {
  const answer = await peer.ask(`load ${method}`);
  if (answer['error'] !== undefined) {
    say(`${method}: ${answer['error'] as string}; only ours is measured`);
    peer.close();
    return undefined;
  }
  if (answer['parameters'] !== numbers) {
    throw new Error(
      `bench balancing: ${method}: ${numbers} parameters here, ${String(answer['parameters'])} in PyTorch`,
    );
  }
  const turn = async () => (await peer.ask(`run ${steps}`)) as unknown as Turn;
  await turn();
  return { turns: [], turn, close: () => peer.close() };
}
