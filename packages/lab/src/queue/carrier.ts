import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { jobProcess, type JobProcess } from '../execute/job-process.ts';
import { orderOf, type OwnOptions, type WorkPlace } from '../remote/payload.ts';
import type { ServeOptions } from './serve.ts';

/** Performs jobs in processes of their own, which are used again for later ones. */
export interface Carrier {
  readonly carryOut: ServeOptions['carryOut'];
  /** Ends its processes. */
  end(): Promise<void>;
}

/** @param log takes what the processes write */
export function processCarrier(place: WorkPlace, own: OwnOptions, log: string): Carrier {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  const all = new Set<JobProcess>();
  const idle: JobProcess[] = [];
  const begin = (): JobProcess => {
    const begun = jobProcess(['ignore', output, output, 'ipc']);
    all.add(begun);
    // An idle one that ends is not used again.
    begun.died.catch(() => {
      all.delete(begun);
      if (idle.includes(begun)) idle.splice(idle.indexOf(begun), 1);
    });
    return begun;
  };
  return {
    async carryOut(payload, { signal, onProgress }) {
      if (signal.aborted) throw new Error('stopped');
      const order = orderOf(payload, place, own);
      const child = idle.pop() ?? begin();
      let stop = (): void => {};
      const stopped = new Promise<never>((_, reject) => {
        stop = () => {
          all.delete(child);
          void child.end().then(() => reject(new Error('stopped')));
        };
      });
      signal.addEventListener('abort', stop);
      const performed = Promise.race([child.perform(order, onProgress), stopped]).finally(() => {
        // A signal that comes when it is done would end the process at its next job.
        signal.removeEventListener('abort', stop);
      });
      await performed.then(
        () => idle.push(child),
        (error: unknown) => {
          // Whatever went wrong in it: the next job begins with a new one.
          all.delete(child);
          if (!signal.aborted) void child.end();
          throw error;
        },
      );
    },
    async end() {
      await Promise.all([...all].map((child) => child.end()));
      closeSync(output);
    },
  };
}
