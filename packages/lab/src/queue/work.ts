import { availableParallelism, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { threadsFor } from '../execute/in-child-processes.ts';
import { codeIn } from '../remote/code-version.ts';
import type { WorkPlace } from '../remote/payload.ts';
import type { RemoteRuns } from '../remote/remote-runs.ts';
import { storeId } from '../remote/store-id.ts';
import { processCarrier } from './carrier.ts';
import { connected, type QueueAddress } from './connection.ts';
import { leftToOthers } from './manage.ts';
import { serve, type ServeOptions } from './serve.ts';
import type { QueueTiming } from './timing.ts';

/** What `replicate worker` is told. */
export interface WorkOptions {
  readonly address: QueueAddress;
  /** Folder of all runs, the same that others of the queue have. */
  readonly runs: string;
  /** Where they are kept, if that is no folder that all see. */
  readonly remote?: RemoteRuns;
  /** Jobs at a time. */
  readonly jobs: number;
  /** Of each; default: the cores shared among the jobs. */
  readonly threads?: number;
  /** Hours after which it gives back what it has in hand, and ends. */
  readonly maxHours?: number;
  /** Whether it ends when nothing is left to do. */
  readonly untilEmpty: boolean;
  /** What it is called; default: host and process. */
  readonly name?: string;
  /** Takes a line for people. */
  readonly say: (line: string) => void;
  readonly timing?: QueueTiming;
  /** Ends it: what is in hand is given back. */
  readonly signal: AbortSignal;
}

/** Where this process works, on which code. */
export async function workPlace(runs: string, remote?: RemoteRuns): Promise<WorkPlace> {
  const store = remote?.id ?? (await storeId(runs));
  return { code: codeIn(), store, runs: resolve(runs), ...(remote && { remote }) };
}

/** ms between looks for runs that are left to others. */
const LEFT = 60_000;

/** Works for a queue until it is told to end. */
export async function work(options: WorkOptions): Promise<void> {
  const { address, jobs, say, signal, maxHours, timing } = options;
  const { threads = threadsFor(jobs), name = `${hostname()}-${process.pid}` } = options;
  const { remote } = options;
  const place = await workPlace(options.runs, remote);
  const redis = await connected(address);
  const log = join(place.runs, 'workers', `${name}.log`);
  const carrier = processCarrier(place, { threads, worker: name }, log);
  say(
    `worker ${name} of ${address.shown}: code version ${place.code.version}, runs in ${remote ? `${remote.shown}, in hand in ` : ''}${place.runs}, ` +
      `${jobs} at a time, ${threads} of ${availableParallelism()} threads each; log ${log}`,
  );
  let said = '';
  const lookAtOthers = async (): Promise<void> => {
    const lines = await leftToOthers(redis, place).catch(() => []);
    if (lines.join() !== said) for (const line of lines) say(line);
    said = lines.join();
  };
  await lookAtOthers();
  const timer = setInterval(() => void lookAtOthers(), LEFT);
  const carryOut: ServeOptions['carryOut'] = remote
    ? (payload, context) =>
        remote.hold(
          payload.id,
          name,
          (lost) =>
            carrier.carryOut(payload, {
              ...context,
              signal: AbortSignal.any([context.signal, lost]),
            }),
          context.signal,
        )
    : carrier.carryOut;
  const serving = serve({
    ...{ redis, place, name, jobs, say, carryOut },
    // Others do not see this machine's folder.
    log: remote ? `${hostname()}:${log}` : log,
    ...(timing && { timing }),
  });
  let limit: NodeJS.Timeout | undefined;
  const why = await Promise.race([
    new Promise<string>((done) => {
      if (signal.aborted) done('told to end');
      signal.addEventListener('abort', () => done('told to end'));
    }),
    ...(maxHours === undefined
      ? []
      : [
          new Promise<string>((done) => {
            limit = setTimeout(() => done(`${maxHours} h are over`), maxHours * 3.6e6);
          }),
        ]),
    ...(options.untilEmpty ? [serving.idle().then(() => 'nothing is left to do')] : []),
  ]);
  say(`worker ${name} ends: ${why}`);
  clearTimeout(limit);
  clearInterval(timer);
  await serving.stop();
  await carrier.end();
  redis.disconnect();
}
