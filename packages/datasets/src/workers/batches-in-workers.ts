import type { Worker } from 'node:worker_threads';
import type { Arrays, Batch, BatchOptions } from '../batches.ts';
import { warnOnce } from '../image/warnings.ts';
import { moduleBeside, startThread } from './start.ts';

/**
 * The default export of a module that says how batches are made. It is called once in each worker;
 * the same argument must give the same options. Their `startStep` is not used here.
 */
export type BatchRecipe<Argument> = (argument: Argument) => BatchOptions | Promise<BatchOptions>;

/** What a worker starts from. */
export interface WorkerRecipe {
  /** Address (`file:`) of a module whose default export is a `BatchRecipe`; see `moduleBeside`. */
  readonly recipe: string;
  /** Its argument: anything that structured cloning takes. */
  readonly argument: unknown;
}

/** Which batches to make, and how far ahead. */
export interface WorkerBatchOptions extends WorkerRecipe {
  /** Threads; default 1. Their number never changes the batches. */
  readonly workers?: number;
  /** Batches made, or in the making, beyond the one in use; default 2, at least one per worker. */
  readonly prefetch?: number;
  /** Step to begin at, counted from the start of training; default 0. */
  readonly startStep?: number;
  /**
   * Take a batch's arrays back when the next one is asked for (they then have length 0) and fill them
   * again: less memory, and less to collect. Default false.
   */
  readonly recycle?: boolean;
}

/** What a worker is sent: the step whose batch to make, or that no more will be asked for. */
export type BatchOrder = { readonly step: number; readonly spare?: Arrays | undefined } | 'end';

/**
 * What it answers: a warning about a file; or of a step its batch or error, neither where the stream has
 * ended before this step.
 */
export type BatchAnswer =
  | { readonly warning: string; readonly about: string }
  | { readonly step: number; readonly batch?: Batch; readonly error?: Error };

/**
 * The stream of `batches`, the same bytes in the same order, made by worker threads: reading,
 * augmenting and encoding never hold up the caller. The workers start at once and end with the
 * stream, by its last batch, an error, or `return()` (as `break` calls it). Workers that wait keep no
 * process alive.
 * @throws at the turn of its batch, what a worker threw; or that a worker has ended early
 */
export function batchesInWorkers(options: WorkerBatchOptions): AsyncIterableIterator<Batch> {
  const { workers = 1, startStep = 0, recycle = false, recipe, argument } = options;
  const { prefetch = Math.max(2, workers) } = options;
  for (const [name, value, least] of [
    ['workers', workers, 1],
    ['prefetch', prefetch, 1],
    ['startStep', startStep, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new Error(
        `batchesInWorkers: expected ${name} as a whole number from ${least}, got ${value}`,
      );
    }
  }
  const module = moduleBeside(import.meta.url, 'batch-worker');
  const threads = Array.from({ length: workers }, () =>
    startThread(module, { recipe, argument } satisfies WorkerRecipe, [recipe]),
  );
  return new WorkerStream(threads, startStep, prefetch, recycle);
}

/** A batch that was asked for. */
interface Asked {
  readonly batch: Promise<Batch | undefined>;
  readonly resolve: (batch: Batch | undefined) => void;
  readonly reject: (error: Error) => void;
}

class WorkerStream implements AsyncIterableIterator<Batch> {
  readonly #threads: readonly Worker[];
  readonly #asked = new Map<number, Asked>();
  readonly #prefetch: number;
  readonly #recycle: boolean;
  /** Arrays to be filled again. */
  #spare: Arrays | undefined;
  #given: Arrays | undefined;
  /** Next step to give, and to ask for. */
  #give: number;
  #ask: number;
  #waiting = 0;
  #failure: Error | undefined;
  #exits: Promise<unknown> | undefined;

  constructor(threads: readonly Worker[], startStep: number, prefetch: number, recycle: boolean) {
    this.#recycle = recycle;
    this.#threads = threads;
    this.#prefetch = prefetch;
    this.#give = startStep;
    this.#ask = startStep;
    for (const thread of threads) {
      thread.on('message', (answer: BatchAnswer) => {
        if ('warning' in answer) return warnOnce(answer.warning, answer.about);
        const { step, batch, error } = answer;
        const asked = this.#asked.get(step);
        if (error) asked?.reject(error);
        else asked?.resolve(batch);
      });
      thread.on('error', (error: Error) => this.#fail(error));
      thread.on('exit', (code) => this.#fail(new Error(`exit code ${code}`)));
      thread.unref();
    }
    this.#askUpTo(startStep + prefetch);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#exits) return { done: true, value: undefined };
    this.#spare = this.#given;
    this.#given = undefined;
    const step = this.#give++;
    this.#askUpTo(step + 1);
    const { batch } = this.#asked.get(step)!;
    this.#hold(1);
    try {
      const value = await batch;
      if (value && !this.#exits) {
        this.#askUpTo(step + 1 + this.#prefetch);
        if (this.#recycle) this.#given = value.arrays;
        return { done: false, value };
      }
    } catch (cause) {
      await this.return();
      throw new Error((cause as Error).message, { cause });
    } finally {
      this.#asked.delete(step);
      this.#hold(-1);
    }
    return this.return();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#exits) {
      this.#exits = Promise.all(this.#threads.map(ended));
      for (const { resolve } of this.#asked.values()) resolve(undefined);
    }
    await this.#exits;
    return { done: true, value: undefined };
  }

  /** Step k goes to worker k modulo their number: the one that has waited longest. */
  #askUpTo(end: number): void {
    for (; this.#ask < end; this.#ask++) {
      const asked = promised();
      this.#asked.set(this.#ask, asked);
      if (this.#failure) asked.reject(this.#failure);
      const spare = this.#spare;
      this.#spare = undefined;
      const order: BatchOrder = { step: this.#ask, spare };
      this.#threads[this.#ask % this.#threads.length].postMessage(order, buffersOf(spare));
    }
  }

  /** A process stays alive for its workers only while somebody waits for a batch. */
  #hold(change: 1 | -1): void {
    this.#waiting += change;
    if (this.#exits) return;
    for (const thread of this.#threads) {
      if (this.#waiting > 0) thread.ref();
      else thread.unref();
    }
  }

  #fail(cause: Error): void {
    if (this.#exits) return;
    this.#failure ??= new Error(`a worker that makes batches ended early (${cause.message})`, {
      cause,
    });
    for (const { reject } of this.#asked.values()) reject(this.#failure);
  }
}

/** The memory of arrays, to be handed to another thread. */
export const buffersOf = (arrays: Arrays = {}): ArrayBuffer[] =>
  Object.values(arrays).map((array) => array.buffer as ArrayBuffer);

/** Ends a thread when what it is making is made, and waits until it has ended. */
async function ended(thread: Worker): Promise<void> {
  if (thread.threadId === -1) return;
  thread.ref();
  const exit = new Promise((resolve) => thread.once('exit', resolve));
  thread.postMessage('end' satisfies BatchOrder);
  await exit;
}

function promised(): Asked {
  let resolve!: Asked['resolve'];
  let reject!: Asked['reject'];
  const batch = new Promise<Batch | undefined>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Its turn may be far off: a failure must not end the process before.
  batch.catch(() => {});
  return { batch, resolve, reject };
}
