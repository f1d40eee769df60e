import { parentPort, workerData } from 'node:worker_threads';
import { batchMaker, type BatchMaker } from '../batches.ts';
import { passWarnings } from '../image/warnings.ts';
import {
  buffersOf,
  type BatchAnswer,
  type BatchOrder,
  type BatchRecipe,
  type WorkerRecipe,
} from './batches-in-workers.ts';

/** A thread that makes whole batches, one for each number that it is sent. */

const port = parentPort!;
passWarnings((warning, about) => port.postMessage({ warning, about } satisfies BatchAnswer));
const maker = open(workerData as WorkerRecipe);
// A failure is the answer to the first batch asked for.
maker.catch(() => {});
const making = new Set<Promise<void>>();

port.on('message', (order: BatchOrder) => {
  if (order === 'end') return void end();
  const work = make(order).finally(() => making.delete(work));
  making.add(work);
});

async function open({ recipe, argument }: WorkerRecipe): Promise<BatchMaker> {
  const { default: options } = (await import(recipe)) as { default?: BatchRecipe<unknown> };
  if (typeof options !== 'function') {
    throw new Error(`${recipe}: expected a default export that gives the options of batches`);
  }
  return batchMaker(await options(argument));
}

async function make({ step, spare }: Exclude<BatchOrder, 'end'>): Promise<void> {
  try {
    const { make: makeBatch, end: last } = await maker;
    if (step >= last) return answer({ step });
    const batch = await makeBatch(step, spare);
    answer({ step, batch }, buffersOf(batch.arrays));
  } catch (error) {
    answer({ step, error: error instanceof Error ? error : new Error(String(error)) });
  }
}

const answer = (message: BatchAnswer, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

/** Ends the thread when nothing is being read or written any more. */
async function end(): Promise<void> {
  await Promise.allSettled(making);
  // In a thread this ends the thread alone, whatever the recipe has left open.
  process.exit(0);
}
