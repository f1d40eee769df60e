import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { FolderBusy } from '../src/store/lock.ts';
import {
  bucketAddress,
  bucketRuns,
  usualBucketTiming,
  type BucketTiming,
} from '../src/bucket/index.ts';
import { frozen } from '../src/bucket/snapshot.ts';
import { s3Server, type S3Server } from '../src/testing/index.ts';

/** Runs kept in a bucket, on a server in this process. */

const timing: BucketTiming = {
  ...usualBucketTiming,
  ...{ beat: 60, silence: 1500, look: 40, patience: 400, backoff: 10, hurry: 300 },
};

let server: S3Server;
let prefix: string;
let places = 0;

beforeAll(async () => {
  server = await s3Server();
});
beforeEach(() => {
  prefix = `p${++places}`;
  server.fault = () => undefined;
  server.log.length = 0;
});
afterAll(() => server.stop());

async function opened(own: Partial<BucketTiming> = {}) {
  const scratch = await mkdtemp(join(tmpdir(), 'lab-bucket-'));
  const said: string[] = [];
  const runs = await bucketRuns({
    ...{ address: server.address(prefix), scratch, timing: { ...timing, ...own } },
    say: (line) => void said.push(line),
  });
  return { ...runs, scratch, said, folder: join(scratch, 'trained', 'run') };
}

const calm = new AbortController().signal;

/** Writes files into a folder; the folders above them too. */
async function fill(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function textsIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return Object.fromEntries(
    await Promise.all(
      names.sort().map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
    ),
  );
}

interface Index {
  readonly files: Record<string, { readonly part: string }>;
  readonly holder?: { readonly worker: string; readonly token: string };
}

const indexNow = (): Index | undefined => {
  const body = server.objects.get(`${prefix}/trained/run/index.json`)?.body;
  return body && (JSON.parse(body.toString()) as Index);
};

/** The parts that are there, and those that the index names. */
const parts = () => ({
  there: [...server.objects.keys()]
    .filter((key) => key.startsWith(`${prefix}/trained/run/parts/`))
    .map((key) => key.split('/').at(-1))
    .sort(),
  named: [...new Set(Object.values(indexNow()?.files ?? {}).map(({ part }) => part))].sort(),
});

const checkpoint = (step: number) => ({
  [`checkpoints/step-${String(step).padStart(8, '0')}.json`]: `{"step":${step}}`,
  [`checkpoints/step-${String(step).padStart(8, '0')}.safetensors`]: `weights of ${step}`,
});

async function until(what: () => boolean): Promise<void> {
  while (!what()) await pause(5);
}

test('a run goes from worker to worker by its checkpoints, and its results to who asked', async () => {
  const [first, second, asking] = [await opened(), await opened(), await opened()];
  expect(second.id).toBe(first.id);
  await first.hold(
    'run',
    'w1',
    async () => {
      await fill(first.folder, { 'metrics.jsonl': 'a\n', 'data.json': '{}', ...checkpoint(5) });
      await until(() => Object.keys(indexNow()?.files ?? {}).length === 4);
      expect(indexNow()?.holder?.worker).toBe('w1');
      await appendFile(join(first.folder, 'metrics.jsonl'), 'b\n');
    },
    calm,
  );
  expect(indexNow()?.holder).toBeUndefined();
  await second.hold(
    'run',
    'w2',
    async () => {
      expect(await textsIn(second.folder)).toEqual({
        ...{ 'metrics.jsonl': 'a\nb\n', 'data.json': '{}' },
        ...checkpoint(5),
      });
      await rm(join(second.folder, 'checkpoints'), { recursive: true });
      await fill(second.folder, {
        ...checkpoint(9),
        'record.json': 'done',
        'measured/m.json': '1',
      });
    },
    calm,
  );
  await asking.bring('run');
  expect(await textsIn(asking.folder)).toEqual({
    ...{ 'metrics.jsonl': 'a\nb\n', 'data.json': '{}' },
    ...{ 'record.json': 'done', 'measured/m.json': '1' },
  });
  const { there, named } = parts();
  expect(there).toEqual(named);
  // What is here already is not sent again.
  server.log.length = 0;
  await asking.bring('run');
  expect(server.log).toEqual([`GET ${prefix}/trained/run/index.json`]);
  await asking.bring('another');
  expect(await readdir(join(asking.scratch, 'trained'))).toEqual(['run', 'store.json']);
  for (const one of [first, second, asking]) one.end();
});

test('several that begin at once take the same folder and the same name', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'lab-bucket-'));
  const all = await Promise.all(
    [1, 2, 3, 4].map(() =>
      bucketRuns({ address: server.address(prefix), scratch, timing, say: () => {} }),
    ),
  );
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(await textsIn(join(scratch, 'trained'))).toEqual({
    'store.json': `{\n  "store": "${all[0].id}"\n}\n`,
  });
  for (const one of all) one.end();
});

test('two workers that are given the same run: one has it, the other is told who', async () => {
  const [first, second] = [await opened(), await opened()];
  let release = (): void => {};
  const working = new Promise<void>((resolve) => (release = resolve));
  let begun = 0;
  const both = await Promise.allSettled([
    ...[first, second].map((one, i) =>
      one.hold('run', `w${i}`, () => (begun++, working), calm).finally(() => release()),
    ),
  ]);
  expect(begun).toBe(1);
  const [refused] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  expect(refused).toBeInstanceOf(FolderBusy);
  expect(refused.message).toMatch(/^run: (w\d is working on this run; wait|another worker has)/);
  first.end();
  second.end();
});

test('who gives no sign of life loses the run, and writes nothing more', async () => {
  const [mute, other] = [await opened(), await opened({ silence: 0 })];
  let isMute = false;
  server.fault = ({ method, key }) =>
    isMute && method === 'PUT' && key.endsWith('index.json')
      ? { status: 503, code: 'Down' }
      : undefined;
  const lost = mute.hold(
    'run',
    'mute',
    async (signal) => {
      await fill(mute.folder, { ...checkpoint(1) });
      await until(() => indexNow()?.files['checkpoints/step-00000001.json'] !== undefined);
      isMute = true;
      await pause(150);
      isMute = false;
      const taking = (): Promise<void> =>
        other.hold(
          'run',
          'other',
          async () => {
            expect((await textsIn(other.folder))['checkpoints/step-00000001.json']).toBe(
              '{"step":1}',
            );
            await fill(mute.folder, checkpoint(2));
            await until(() => signal.aborted);
            await fill(other.folder, { 'record.json': 'of the other' });
          },
          calm,
        );
      // A sign of life may come just while it is taken.
      while (!signal.aborted) {
        await taking().catch((error: unknown) => {
          if (!(error instanceof FolderBusy)) throw error;
        });
      }
      throw new Error('stopped');
    },
    calm,
  );
  await expect(lost).rejects.toBeInstanceOf(FolderBusy);
  const { there, named } = parts();
  expect(there).toEqual(named);
  expect(Object.keys(indexNow()!.files).sort()).toEqual([
    ...Object.keys(checkpoint(1)).sort(),
    'record.json',
  ]);
  mute.end();
  other.end();
});

test('answers that do not come, come late, or say to come again are only waited for', async () => {
  const one = await opened();
  let count = 0;
  // Each request of three goes wrong, in turn in all ways; writes that were done included.
  const faults = ['cut', 'deaf', { status: 500, code: 'InternalError' }, { ms: 30 }] as const;
  server.fault = () => (++count % 3 === 0 ? faults[(count / 3) % faults.length] : undefined);
  await one.hold(
    'run',
    'w1',
    async () => {
      for (const step of [1, 2, 3]) {
        await fill(one.folder, { ...checkpoint(step), log: `${step}` });
        await pause(60);
      }
    },
    calm,
  );
  server.fault = () => undefined;
  const two = await opened();
  await two.hold(
    'run',
    'w2',
    async () => {
      expect(await textsIn(two.folder)).toEqual(await textsIn(one.folder));
    },
    calm,
  );
  const { there, named } = parts();
  expect(there).toEqual(named);
  expect(count).toBeGreaterThan(20);
  one.end();
  two.end();
});

test('a write that is refused ends the run with the reason, and what was made is sent by the next try', async () => {
  const one = await opened();
  server.fault = ({ method, key }) =>
    method === 'PUT' && key.includes('/parts/') ? { status: 403, code: 'AccessDenied' } : undefined;
  await expect(
    one.hold(
      'run',
      'w1',
      async (signal) => {
        await fill(one.folder, checkpoint(4));
        await until(() => signal.aborted);
        throw new Error('stopped');
      },
      calm,
    ),
  ).rejects.toThrow(
    /^s3:\/\/lab\/p\d+\/trained\/run\/parts\/\S+ cannot be written \(AccessDenied, 403\): refused; check what AWS_ACCESS_KEY_ID/,
  );
  expect(parts()).toEqual({ there: [], named: [] });
  server.fault = () => undefined;
  await one.hold(
    'run',
    'w1',
    async () => {
      expect(await textsIn(one.folder)).toEqual(checkpoint(4));
    },
    calm,
  );
  expect(Object.keys(indexNow()!.files)).toHaveLength(2);
  one.end();
});

test('a worker that is stopped keeps what it saved, and lets go at once', async () => {
  const one = await opened();
  const stopping = new AbortController();
  await expect(
    one.hold(
      'run',
      'w1',
      async () => {
        await fill(one.folder, checkpoint(7));
        stopping.abort();
        throw new Error('stopped');
      },
      stopping.signal,
    ),
  ).rejects.toThrow('stopped');
  expect(indexNow()?.holder).toBeUndefined();
  expect(Object.keys(indexNow()!.files)).toHaveLength(2);
  one.end();
});

test('what is taken of a run is a state that it had, newest files first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-frozen-'));
  await fill(folder, { 'metrics.jsonl': 'a\n', 'lock.1-ab': '', 'x.partial': 'half' });
  await pause(5);
  await fill(folder, checkpoint(3));
  const place = `${folder}-out`;
  const taken = await frozen(folder, place);
  expect(taken.map(({ path }) => path).at(-1)).toBe('metrics.jsonl');
  expect(taken).toHaveLength(3);
  // What the run does afterwards changes nothing of it.
  await appendFile(join(folder, 'metrics.jsonl'), 'b\n');
  await rm(join(folder, 'checkpoints'), { recursive: true });
  expect(taken.at(-1)?.bytes).toBe(2);
  for (const { file } of taken) expect((await readFile(file, 'utf8')).length).toBeGreaterThan(1);
});

test('an address names bucket and prefix; all else comes from the environment', () => {
  const env = { AWS_ACCESS_KEY_ID: 'me', AWS_SECRET_ACCESS_KEY: 's3cret' };
  expect(bucketAddress('s3://lab/mtl/x/', { ...env, AWS_REGION: 'eu-central-1' })).toEqual({
    ...{ bucket: 'lab', prefix: 'mtl/x/', shown: 's3://lab/mtl/x', region: 'eu-central-1' },
    ...{ endpoint: 'https://s3.eu-central-1.amazonaws.com', isPathStyle: false },
    credentials: { accessKeyId: 'me', secretAccessKey: 's3cret' },
  });
  const own = { ...env, AWS_ENDPOINT_URL: 'https://minio.example:9000/' };
  expect(bucketAddress('s3://lab', own)).toMatchObject({
    ...{ prefix: '', endpoint: 'https://minio.example:9000', isPathStyle: true },
  });
});

test.each([
  ['s3://lab/x', {}, 's3://lab/x needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
  ['s3://lab/x', { region: false }, 'needs AWS_REGION in the environment, or AWS_ENDPOINT_URL'],
  ['s3://Lab', {}, 'expected a folder, or s3://bucket/prefix, got s3://Lab'],
  ['s3://lab/../x', {}, 'without . and ..'],
  ['s3://me:s3cret@lab/x', {}, 'expected a folder, or s3://bucket/prefix'],
  ['s3://lab', { endpoint: 'http://me:s3cret@h' }, 'AWS_ENDPOINT_URL: http://h came with a user'],
  ['s3://lab', { endpoint: 'minio:9000' }, 'AWS_ENDPOINT_URL: expected https://host:port'],
])(
  '%s with %j is refused in a line without a secret',
  (text, { region, endpoint }: { region?: boolean; endpoint?: string }, why) => {
    const env = {
      ...((region === false || endpoint !== undefined) && {
        ...{ AWS_ACCESS_KEY_ID: 'me', AWS_SECRET_ACCESS_KEY: 's3cret' },
      }),
      ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint }),
    };
    const message = (() => {
      try {
        return bucketAddress(text, env) as never;
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toContain(why);
    expect(message).not.toContain('s3cret');
  },
);

test('what is wrong with a bucket is said when it is opened', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'lab-bucket-'));
  const open = (text: string, own: NodeJS.ProcessEnv = {}, folder = scratch) =>
    bucketRuns({
      ...{ address: bucketAddress(text, { ...server.env, ...own }), scratch: folder, timing },
      say: () => {},
    });
  await expect(open('s3://other/x')).rejects.toThrow(
    's3://other/x/trained/store.json cannot be written (NoSuchBucket, 404): there is no bucket of this name',
  );
  await expect(open('s3://lab/x', { AWS_ACCESS_KEY_ID: 'nobody' })).rejects.toThrow(
    '(InvalidAccessKeyId, 403): AWS_ACCESS_KEY_ID is not known there',
  );
  await expect(open('s3://lab/x', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })).rejects.toThrow(
    '(ECONNREFUSED): no answer; is AWS_ENDPOINT_URL right?',
  );
  await fill(scratch, { 'trained/mine/record.json': '{}' });
  await expect(open('s3://lab/x')).rejects.toThrow(
    `${scratch}: holds other runs than those of s3://lab/x; give another --scratch`,
  );
  // One that overwrites whatever the condition.
  const free = await mkdtemp(join(tmpdir(), 'lab-bucket-'));
  server.fault = () => (server.objects.clear(), undefined);
  await expect(open('s3://lab/y', {}, free)).rejects.toThrow('writes whatever the condition');
});

test('the client looks for nothing in files, nor asks the machine who it is', async () => {
  // A process of its own, whose home is a trap: a profile that would send it elsewhere.
  const home = await mkdtemp(join(tmpdir(), 'lab-home-'));
  await fill(home, {
    '.aws/config':
      '[default]\nregion = nowhere\nendpoint_url = http://127.0.0.1:1\nmax_attempts = 7\n',
    '.aws/credentials': '[default]\naws_access_key_id = other\naws_secret_access_key = other\n',
  });
  const script = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const seen = [];
    for (const [from, name] of [[fs, 'readFile'], [fs.promises, 'readFile'], [fs, 'readFileSync'], [fs.promises, 'open']]) {
      const own = from[name];
      from[name] = (path, ...rest) => (seen.push(String(path)), own.call(from, path, ...rest));
    }
    syncBuiltinESMExports();
    const { bucketAddress, bucketRuns } = await import('@scene-mtl/lab/bucket');
    const address = bucketAddress('s3://lab/${prefix}');
    const runs = await bucketRuns({ address, scratch: process.env.HOME + '/runs', say() {} });
    await runs.bring('none');
    runs.end();
    console.log(JSON.stringify({ id: runs.id, aws: seen.filter((path) => path.includes('.aws')) }));
  `;
  const child = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    {
      cwd: compiled(new URL('.', import.meta.url)),
      env: { PATH: process.env['PATH'], HOME: home, ...server.env },
    },
  );
  expect(JSON.parse(child.stdout)).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{12}$/),
    aws: [],
  });
  expect(child.stderr).toBe('');
});
