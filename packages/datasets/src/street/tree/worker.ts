import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer, WorkerTask } from './in-workers.ts';
import { writeFrame } from './generate.ts';

parentPort!.on('message', ({ job, index, frame }: WorkerTask) => {
  writeFrame(job, frame).then(
    (hash) => answer({ index, hash }),
    (error: Error) => answer({ index, error: error.message }),
  );
});

function answer(message: WorkerAnswer): void {
  parentPort!.postMessage(message);
}
