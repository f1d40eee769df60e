import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serve as listen } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Queue } from 'bullmq';
import { Hono } from 'hono';
import type { Redis } from 'ioredis';
import { prometheusMetrics } from './metrics.ts';
import { PREFIX, queuesIn } from './names.ts';

/** What `replicate queue dashboard` is told. */
export interface DashboardOptions {
  readonly redis: Redis;
  /** Of this machine: only it sees `127.0.0.1`. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Without it nothing is shown: as `?token=`, in a cookie after that, or as a bearer token. */
  readonly token: string;
}

/** A dashboard that is shown. */
export interface Dashboard {
  /** Without the token. */
  readonly url: string;
  /** Shows it no more. */
  readonly end: () => Promise<void>;
}

/** Name of the cookie. */
const COOKIE = 'scene-mtl-token';

/** The token in a header of cookies. */
function cookieOf(header = ''): string | undefined {
  const own = header.split(/; */).find((text) => text.startsWith(`${COOKIE}=`));
  try {
    return own && decodeURIComponent(own.slice(COOKIE.length + 1));
  } catch {
    return undefined;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Shows the queues of a server in a browser, to read only, and their numbers for Prometheus under `/metrics`.
 * @returns the address, and what ends it
 */
export async function dashboard({
  redis,
  host,
  port,
  token,
}: DashboardOptions): Promise<Dashboard> {
  const isRight = (given: string | undefined): boolean =>
    given !== undefined && timingSafeEqual(digest(given), digest(token));
  const app = new Hono();
  app.use('*', async (context, next) => {
    const typed = context.req.query('token');
    if (isRight(typed)) {
      context.header(
        'set-cookie',
        `${COOKIE}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict`,
      );
      // Not left in the browser's history, nor told to other pages.
      return context.redirect(context.req.path);
    }
    const [, bearer] = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '') ?? [];
    if (isRight(bearer) || isRight(cookieOf(context.req.header('cookie')))) return next();
    return context.text(
      'The token is missing or wrong: open the address that the command printed.\n',
      401,
    );
  });
  app.get('/metrics', async (context) =>
    context.text(await prometheusMetrics(redis), 200, {
      'content-type': 'text/plain; version=0.0.4',
    }),
  );
  const names = await queuesIn(redis);
  const queues = names.map((name) => new Queue(name, { connection: redis, prefix: PREFIX }));
  for (const queue of queues) queue.on('error', () => {});
  const board = new HonoAdapter(serveStatic);
  board.setBasePath('/queues');
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: board,
  });
  app.route('/queues', board.registerPlugin());
  app.get('/', (context) => context.redirect('/queues'));
  const server = listen({ fetch: app.fetch, hostname: host, port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', ({ message }: Error) => {
      reject(new Error(`dashboard: ${message}; give another --port or --host`));
    });
  });
  const { port: at } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${at}/`,
    end: async () => {
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}
