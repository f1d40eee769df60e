import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FrameJob } from './generate.ts';
import type { PlannedFrame } from './plan.ts';

/** What a worker is told: a frame to make. */
export interface WorkerTask {
  readonly job: FrameJob;
  readonly index: number;
  readonly frame: PlannedFrame;
}

/** What a worker answers. */
export type WorkerAnswer =
  | { readonly index: number; readonly hash: string }
  | { readonly index: number; readonly error: string };

/**
 * Makes the frames in several processes, each asking for the next frame when it is done. Run from
 * source this needs a TypeScript loader such as tsx, which forked processes inherit.
 */
export async function inWorkers(
  job: FrameJob,
  plan: readonly PlannedFrame[],
  count: number,
  finished: (index: number, hash: string) => void,
): Promise<void> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = fileURLToPath(new URL(`./worker.${extension}`, import.meta.url));
  const execArgv = inheritable(process.execArgv);
  const workers: ChildProcess[] = [];
  let next = 0;
  const drive = (worker: ChildProcess) =>
    new Promise<void>((resolve, reject) => {
      const send = () => {
        if (next >= plan.length) return resolve();
        const index = next++;
        worker.send({ job, index, frame: plan[index] } satisfies WorkerTask);
      };
      worker.on('message', (answer: WorkerAnswer) => {
        if ('error' in answer) return reject(new Error(answer.error));
        finished(answer.index, answer.hash);
        send();
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a worker ended early (exit code ${code})`)));
      send();
    });
  try {
    for (let k = 0; k < Math.min(count, plan.length); k++) workers.push(fork(file, { execArgv }));
    await Promise.all(workers.map(drive));
  } finally {
    // After a failure the others may be in the middle of a frame: none may write on.
    await Promise.all(workers.map(stopped));
  }
}

/** Ends a worker, and waits until it has ended. */
async function stopped(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill();
  await ended;
}

/**
 * True where a forked process could run the worker: from the built package, or from source under a
 * loader of TypeScript that it inherits (not under jest, whose loader is its own).
 */
export const canFork = (): boolean =>
  !import.meta.url.endsWith('.ts') || process.execArgv.some((argument) => /\btsx\b/.test(argument));

/**
 * Node's own arguments without `-e CODE` and its like: handed down, every worker would run that code,
 * and with it this function, again.
 */
function inheritable(argv: readonly string[]): string[] {
  const takesCode = new Set(['-e', '--eval', '-p', '--print', '-pe']);
  return argv.filter(
    (argument, i) =>
      !takesCode.has(argument) &&
      !takesCode.has(argv[i - 1]) &&
      !/^--(eval|print|input-type)=/.test(argument),
  );
}
