import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Redis } from 'ioredis';
import { jobsIn, queueStates, type ListedJob, type QueueState } from './manage.ts';

type Labels = Readonly<Record<string, string>>;

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const labelled = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

const gauge = (
  name: string,
  help: string,
  samples: readonly (readonly [Labels, number | undefined])[],
): string =>
  [
    `# HELP scene_mtl_${name} ${help}`,
    `# TYPE scene_mtl_${name} gauge`,
    ...samples
      .filter(([, value]) => value !== undefined)
      .map(([labels, value]) => `scene_mtl_${name}{${labelled(labels)}} ${value}`),
    '',
  ].join('\n');

/** Numbers of all queues of a server, in the text format of Prometheus 0.0.4. */
export async function prometheusMetrics(redis: Redis): Promise<string> {
  const states = await queueStates(redis);
  const runs: (readonly [Labels, ListedJob])[] = [];
  for (const { store, version, active } of states) {
    if (active === 0) continue;
    for (const job of await jobsIn(redis, { store, code: { version, root: '' } }, ['active'])) {
      runs.push([{ store, version, run: job.key, worker: job.worker ?? '' }, job]);
    }
  }
  const ofQueues = (name: string, help: string, of: (state: QueueState) => number): string =>
    gauge(
      name,
      help,
      states.map((state) => [{ store: state.store, version: state.version }, of(state)]),
    );
  const ofRuns = (name: string, help: string, of: (job: ListedJob) => number | undefined): string =>
    gauge(
      name,
      help,
      runs.map(([labels, job]) => [labels, of(job)]),
    );
  return [
    ofQueues('runs_waiting', 'Runs that wait for a worker.', ({ waiting }) => waiting),
    ofQueues('runs_active', 'Runs that a worker works on.', ({ active }) => active),
    ofQueues('runs_failed', 'Runs that failed after all tries.', ({ failed }) => failed),
    ofQueues('workers', 'Workers connected.', ({ workers }) => workers.length),
    ofQueues('drained', '1 where workers take no more runs.', ({ isDrained }) => +isDrained),
    ofRuns('run_step', 'Step that a run is at.', ({ step }) => step),
    ofRuns('run_steps', 'Steps of a run in all.', ({ steps }) => steps),
    ofRuns('run_steps_per_second', 'Steps a second.', ({ stepsPerSecond }) => stepsPerSecond),
  ].join('');
}

/** Where numbers are served. */
export interface MetricsServer {
  readonly url: string;
  /** Serves them no more. */
  readonly end: () => Promise<void>;
}

/**
 * Serves the numbers under `/metrics`, to read only and without a token: they name runs and workers.
 * @param at port 0: any that is free
 * @throws in one line when nothing can be served there
 */
export async function serveMetrics(
  redis: Redis,
  at: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string): void => {
      response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
    };
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      return answer(404, 'GET /metrics\n');
    }
    prometheusMetrics(redis).then(
      (text) => answer(200, text),
      ({ message }: Error) => answer(503, `${message}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new Error(`--listen: ${message}; give another address`)),
    );
    server.listen(at.port, at.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}/metrics`,
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
