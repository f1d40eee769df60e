import type { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { moduleBeside, startThread, stopped } from '../../workers/start.ts';
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

/** Makes the frames in several threads, each asking for the next frame when it is done. */
export async function inWorkers(
  job: FrameJob,
  plan: readonly PlannedFrame[],
  count: number,
  finished: (index: number, hash: string) => void,
): Promise<void> {
  const workers: Worker[] = [];
  let next = 0;
  const drive = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      const send = () => {
        if (next >= plan.length) return resolve();
        const index = next++;
        worker.postMessage({ job, index, frame: plan[index] } satisfies WorkerTask);
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
  const perImage = sharp.concurrency();
  // The workers share the machine's cores already.
  sharp.concurrency(1);
  try {
    for (let k = 0; k < Math.min(count, plan.length); k++) {
      workers.push(startThread(moduleBeside(import.meta.url, 'worker'), undefined));
    }
    await Promise.all(workers.map(drive));
  } finally {
    // After a failure the others may be in the middle of a frame: none may write on.
    await stopped(workers);
    sharp.concurrency(perImage);
  }
}
