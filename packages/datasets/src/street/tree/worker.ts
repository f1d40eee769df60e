import sharp from 'sharp';
import type { WorkerAnswer, WorkerTask } from './fork.ts';
import { writeFrame } from './generate.ts';

// The processes share the machine's cores already.
sharp.concurrency(1);

process.on('message', ({ job, index, frame }: WorkerTask) => {
  writeFrame(job, frame).then(
    (hash) => answer({ index, hash }),
    (error: Error) => answer({ index, error: error.message }),
  );
});

function answer(message: WorkerAnswer): void {
  process.send?.(message);
}
