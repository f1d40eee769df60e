import { extname, join } from 'node:path';
import { jobKey, workPlace, type JobPayload } from '@scene-mtl/lab/queue';
import { processCarrier } from '../src/queue/carrier.ts';
import { chainSpec } from './chain-program.ts';

/** `two-jobs.ts <runs>`: a run whose signal comes when it is done, then another. Prints the jobs that are done. */
const runs = process.argv[2];
const place = await workPlace(runs);
const carrier = processCarrier(place, { threads: 1, worker: 'w' }, join(runs, 'workers', 'w.log'));
for (const id of ['first', 'second']) {
  const payload: JobPayload = {
    ...{ version: place.code.version, store: place.store, id },
    program: `packages/lab/test/chain-program${extname(import.meta.url)}`,
    spec: { ...chainSpec(1, { steps: 5, pace: 0 }), tasks: ['a'] },
    ...{ measurements: [], dataWorkers: 0, grids: 0 },
  };
  const ending = new AbortController();
  await carrier.carryOut(payload, { signal: ending.signal, onProgress: () => {} });
  ending.abort();
  process.stdout.write(`${jobKey(payload)}\n`);
}
await carrier.end();
