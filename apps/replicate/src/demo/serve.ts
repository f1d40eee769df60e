import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { duel, METHODS, STEPS, type Frame } from './duel.ts';
import { page } from './page.ts';
import { SIZE, toyPicture } from './toy-picture.ts';

/** How a demonstration is shown. */
export interface ServeOptions {
  readonly seed: number;
  /** Port of this machine; 0: any that is free. */
  readonly port: number;
  /** Shortest time between two frames, ms: a fast machine would be done before anybody has looked. */
  readonly pause?: number;
  readonly steps?: number;
  /** Gets the address once the page is there. */
  readonly onReady: (url: string) => void;
}

const STEPS_A_FRAME = 5;
const SAFE = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
};

/**
 * Serves the page to this machine alone and begins to train when somebody looks. Whoever comes later, or again, sees
 * everything from the beginning.
 * @returns the last frame, once it has been sent
 */
export async function serveDemo(options: ServeOptions): Promise<Frame> {
  const { seed, port, pause = 100, steps = STEPS, onReady } = options;
  const sent: string[] = [];
  const lookers = new Set<ServerResponse>();
  const say = (event: string, data: unknown): void => {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    sent.push(text);
    for (const one of lookers) one.write(text);
  };
  const { classes, distance } = toyPicture(seed);
  say('picture', { size: SIZE, methods: METHODS, ...plain({ classes, distance }) });

  let looked = (): void => {};
  const somebody = new Promise<void>((resolve) => (looked = resolve));
  const server = createServer((request, response) => {
    if (!isLocal(request)) {
      response.writeHead(403).end('only for this machine\n');
    } else if (request.url === '/frames') {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...SAFE });
      response.write(sent.join(''));
      lookers.add(response);
      response.on('close', () => lookers.delete(response));
      looked();
    } else if (request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...SAFE }).end(page);
    } else response.writeHead(404, SAFE).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  try {
    onReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await somebody;
    let last: Frame | undefined;
    for await (const frame of duel(seed, STEPS_A_FRAME, steps)) {
      const shown = frame.states.map((state) => ({ ...state, ...plain(state) }));
      say('frame', { step: frame.step, steps, states: shown });
      last = frame;
      await wait(pause);
    }
    say('end', verdict(last!));
    return last!;
  } finally {
    await Promise.all([...lookers].map((one) => new Promise<void>((done) => one.end(done))));
    server.close();
    server.closeAllConnections();
  }
}

/** A page of elsewhere must not read this one by a name that leads here. */
const isLocal = ({ headers: { host = '' } }: IncomingMessage): boolean =>
  /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);

/** Maps as JSON: a digit a class, whole centimetres. */
const plain = ({ classes, distance }: { classes: Uint8Array; distance: Float32Array }) => ({
  classes: classes.join(''),
  distance: Array.from(distance, Math.round),
});

/** What came of it, in a sentence. */
export function verdict({ step, states: [equal, learned] }: Frame): string {
  const numbers = (key: 'right' | 'error') => [equal[key].toFixed(1), learned[key].toFixed(1)];
  const [[a, b], [c, d]] = [numbers('right'), numbers('error')];
  return (
    `After ${step} steps: classes right ${a} % by equal weights, ${b} % by learned ones; distance ${c} cm and ${d} cm off. ` +
    'A toy whose units are far apart on purpose: what real tasks gain is in the tables.'
  );
}
