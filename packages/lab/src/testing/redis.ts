import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connected, queueAddress } from '../queue/connection.ts';

const { error } = spawnSync('redis-server', ['--version']);

/** Whether `redis-server` is installed. */
export const hasRedis = error === undefined;

type Registering = (title: string, body: () => Promise<void>) => void;

/** A runner's `test` for what needs a Redis: skipped, with the reason in its name, where there is none. */
export const needingRedis =
  (test: Registering & { readonly skip: Registering }): Registering =>
  (title, body) =>
    hasRedis
      ? test(title, body)
      : test.skip(`${title} (skipped: redis-server is not installed)`, body);

/** A Redis of a test's own: on loopback, without a file. */
export interface OwnRedis {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** @param password without it none is asked for */
export async function ownRedis(password?: string): Promise<OwnRedis> {
  const at = await freePort();
  const child = spawn(
    'redis-server',
    [
      ...['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      ...(password === undefined ? [] : ['--requirepass', password]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const text of child.stdout.setEncoding('utf8')) {
    if (/Ready to accept connections/.test(text as string)) break;
  }
  return {
    url: `redis://127.0.0.1:${at}/0`,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A connection to it. */
export const openRedis = (url: string) => connected(queueAddress(url, {}));
