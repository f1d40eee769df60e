import { Redis, type RedisOptions } from 'ioredis';

/** Where a queue is. */
export interface QueueAddress {
  readonly options: RedisOptions;
  /** For people: without user and password. */
  readonly shown: string;
}

/** Least version of Redis; Valkey says 7.2 and more. */
const LEAST = [6, 2] as const;
/** ms for which a first connection may take. */
const PATIENCE = 10_000;

/**
 * A queue's address as typed: `redis://host:port/db`, or `rediss://` for TLS. User and password come from
 * `REDIS_USERNAME` and `REDIS_PASSWORD` alone: what is typed is seen by others and kept in histories and logs.
 * @throws saying what is wrong, never with a password in it
 */
export function queueAddress(text: string, env: NodeJS.ProcessEnv = process.env): QueueAddress {
  const expected = 'expected redis://host:port/db, or rediss:// for TLS';
  const url = URL.parse(text);
  const named = url && `${url.protocol}//${url.host}${url.pathname}`;
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    // Not repeated when it may hold a password.
    const came = url && url.password === '' && !text.includes('@') ? `, got ${text}` : '';
    throw new Error(`--queue: ${expected}${came}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      `--queue: ${named} came with a user or password; give them in the environment, as REDIS_USERNAME and REDIS_PASSWORD`,
    );
  }
  const db = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (db === undefined || url.search !== '' || url.hash !== '') {
    throw new Error(`--queue: ${expected}; got ${text}`);
  }
  const isSafe = url.protocol === 'rediss:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    shown: `${url.protocol}//${url.hostname}:${url.port || 6379}/${db || 0}`,
    options: {
      host,
      port: Number(url.port || 6379),
      db: Number(db || 0),
      ...(env['REDIS_USERNAME'] && { username: env['REDIS_USERNAME'] }),
      ...(env['REDIS_PASSWORD'] && { password: env['REDIS_PASSWORD'] }),
      ...(isSafe && { tls: { servername: host } }),
    },
  };
}

/**
 * Opens a connection that finds its server again however often that goes away, once it has been there.
 * @throws in one line when the server cannot be reached, refuses the password, or is too old
 */
export async function connected({ options, shown }: QueueAddress): Promise<Redis> {
  let isThere = false;
  let last: Error | undefined;
  const client = new Redis({
    ...options,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isThere ? Math.min(100 * 2 ** Math.min(times, 6), 3000) : null),
    connectTimeout: PATIENCE,
  });
  client.on('error', (error: Error) => (last = error));
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      client.connect(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
      }),
    ]);
    const version = /(?:valkey|redis)_version:(\d+)\.(\d+)/.exec(await client.info('server'));
    const [major, minor] = version ? version.slice(1).map(Number) : [0, 0];
    if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
      throw new Error(`is version ${major}.${minor}; ${LEAST.join('.')} or newer is needed`);
    }
    isThere = true;
    return client;
  } catch (error) {
    client.disconnect();
    throw new Error(`--queue: ${shown}: ${reasonOf(last ?? (error as Error))}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf({ message, ...error }: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (/WRONGPASS|NOAUTH/.test(message)) {
    return 'the server refuses the password; give it in the environment, as REDIS_PASSWORD';
  }
  return /^E[A-Z]+$/.test(code ?? '')
    ? `cannot be reached (${code}); start a Redis there, or give another address`
    : message;
}
