import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { runId, type RunSpec } from '@scene-mtl/lab';
import { arrayScript, gathered, jobFileIn, slurmExecutor, taskLog } from '../src/batch/index.ts';
import { codeIn, codeRoot } from '../src/remote/code-version.ts';
import { jobKey, orderOf, payloadOf } from '../src/remote/payload.ts';
import { connected, queueAddress } from '../src/queue/connection.ts';
import { handsOf, takenInHand } from '../src/store/hands.ts';
import { chain, chainSpec } from './chain-program.ts';

/** What needs neither a queue nor another machine. */

test('an address names host, port and number; user and password come from the environment', () => {
  expect(queueAddress('redis://queue.example:7000/3', {})).toEqual({
    shown: 'redis://queue.example:7000/3',
    options: { host: 'queue.example', port: 7000, db: 3 },
  });
  expect(queueAddress('redis://[::1]', {}).options).toMatchObject({
    host: '::1',
    port: 6379,
    db: 0,
  });
  const env = { REDIS_USERNAME: 'lab', REDIS_PASSWORD: 's3cret' };
  const safe = queueAddress('rediss://queue.example', env);
  expect(safe.options).toEqual({
    ...{ host: 'queue.example', port: 6379, db: 0, username: 'lab', password: 's3cret' },
    tls: { servername: 'queue.example' },
  });
  expect(safe.shown).not.toMatch(/s3cret|lab/);
});

test.each([
  ['localhost:6379', 'expected redis://host:port/db, or rediss:// for TLS, got localhost:6379'],
  ['http://queue', 'expected redis://host:port/db, or rediss:// for TLS, got http://queue'],
  ['redis://queue/x', 'expected redis://host:port/db, or rediss:// for TLS; got redis://queue/x'],
  ['redis://queue?db=1', 'expected redis://host:port/db'],
  ['', 'expected redis://host:port/db'],
  [
    'redis://:s3cret@queue/1',
    'redis://queue/1 came with a user or password; give them in the environment',
  ],
  ['s3cret@queue', 'expected redis://host:port/db'],
  ['http://me:s3cret@queue', 'expected redis://host:port/db'],
])('the address %s is refused in a line that repeats no password', (text, why) => {
  const message = (() => {
    try {
      return queueAddress(text, {}) as never;
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect(message).toContain(`--queue: ${why}`);
  expect(message).not.toContain('s3cret');
});

test('a server that is not there is one line', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await expect(connected(queueAddress(`redis://127.0.0.1:${port}`, {}))).rejects.toThrow(
    `--queue: redis://127.0.0.1:${port}/0: cannot be reached (ECONNREFUSED); start a Redis there`,
  );
});

/** A folder that looks like a checkout. */
async function checkout(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lab-code-'));
  for (const [name, text] of Object.entries({ 'package-lock.json': '{}', ...files })) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

test('the version of the code is that of its sources and dependencies, wherever they lie', async () => {
  const sources = { 'packages/a/src/x/one.ts': 'one\n', 'apps/b/src/two.ts': 'two\n' };
  const versionOf = async (files: Record<string, string>) => codeIn(await checkout(files)).version;
  const version = await versionOf(sources);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(await versionOf({ ...sources, 'packages/a/test/x.test.ts': 'a test' })).toBe(version);
  expect(await versionOf({ ...sources, 'apps/b/src/two.ts': 'two\r\n' })).toBe(version);
  expect(await versionOf({ ...sources, 'apps/b/src/two.ts': 'three\n' })).not.toBe(version);
  expect(await versionOf({ ...sources, 'package-lock.json': '{ }' })).not.toBe(version);
  expect(await versionOf({ 'packages/a/src/x/one.ts': 'one\n' })).not.toBe(version);
});

const spec = chainSpec(1);
const options = { root: '', compile: { engine: 'cpu' as const }, dataWorkers: 2, grids: 3 };
const code = { root: codeRoot(), version: '0123456789ab' };
const place = { code, store: 'ba9876543210', runs: '/runs' };

test('a payload says nothing of where things lie; the order made of it does', () => {
  const job = { id: 'run', spec, measurements: [] };
  const payload = payloadOf(job, { program: chain, options }, place);
  expect(payload.program).toBe('packages/lab/test/chain-program.ts');
  expect(JSON.stringify(payload)).not.toContain(code.root);
  const order = orderOf(payload, { code, runs: '/elsewhere' }, { threads: 3, worker: 'w' });
  expect(order).toMatchObject({
    ...{ program: chain.module, runs: '/elsewhere', id: 'run', spec, worker: 'w' },
    options: { root: '/elsewhere/trained', compile: { engine: 'cpu', threads: 3 }, dataWorkers: 2 },
  });
  const gone = { ...payload, program: 'packages/lab/../../gone.ts' };
  expect(() => orderOf(gone, place, { threads: 1, worker: 'w' })).toThrow(
    'run: packages/lab/../../gone.ts is no module of this repository',
  );
});

test('a job is keyed by its run and what is to be measured, in any order', () => {
  const [a, b] = ['a', 'b'].map((name) => ({ name, module: 'packages/x.ts' }));
  expect(jobKey({ id: 'run', measurements: [] })).toBe('run');
  expect(jobKey({ id: 'run', measurements: [a, b] })).toMatch(/^run\+[0-9a-f]{8}$/);
  expect(jobKey({ id: 'run', measurements: [b, a] })).toBe(
    jobKey({ id: 'run', measurements: [a, b] }),
  );
  expect(jobKey({ id: 'run', measurements: [a] })).not.toBe(
    jobKey({ id: 'run', measurements: [b] }),
  );
});

test('a run says who had it in hand, and where the processor changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-hands-'));
  expect(await takenInHand(folder, 'first', 'P1')).toEqual({ worker: 'first', step: 0 });
  // Nothing was saved yet: it begins anew, whoever had it.
  expect(await takenInHand(folder, 'second', 'P2')).toEqual({ worker: 'second', step: 0 });
  await mkdir(join(folder, 'checkpoints'));
  await writeFile(join(folder, 'checkpoints', 'step-00000040.json'), '{}');
  expect(await takenInHand(folder, 'third', 'P2')).toEqual({
    ...{ worker: 'third', step: 40, before: { worker: 'second' } },
  });
  expect(await takenInHand(folder, 'fourth', 'P1')).toEqual({
    ...{ worker: 'fourth', step: 40, before: { worker: 'third', processor: 'P2' } },
  });
  expect(handsOf(folder).map(({ worker }) => worker)).toEqual([
    'first',
    'second',
    'third',
    'fourth',
  ]);
});

test("a job array's script is bash, whatever its folders are called", async () => {
  const odd = await mkdtemp(join(tmpdir(), 'odd \'name\' $HOME "%j" '));
  const script = arrayScript({
    ...{
      program: 'npm run replicate --',
      name: 'table1 smoke',
      tasks: 12,
      root: odd,
      jobs: `${odd}/jobs.json`,
      runs: odd,
      cores: 2,
    },
    log: taskLog(odd, '%a'),
  });
  execFileSync('bash', ['-n'], { input: script });
  expect(script).toMatch(
    /^#!\/bin\/bash\n#SBATCH --job-name="table1 smoke"\n#SBATCH --array=0-11\n/,
  );
  expect(script).toMatch(/#SBATCH --output=".*%%j.*task-%a\.log"\n/);
  // With a command of that name in place of npm the task gets its arguments whole.
  const bin = await mkdtemp(join(tmpdir(), 'bin-'));
  await writeFile(join(bin, 'npm'), '#!/bin/sh\npwd\nprintf "<%s>\\n" "$@"\n', { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env['PATH']}`, SLURM_ARRAY_TASK_ID: '7' };
  expect(execFileSync('bash', { input: script, env, encoding: 'utf8' }).split('\n')).toEqual([
    ...[odd, '<run>', '<replicate>', '<-->', '<slurm-task>'],
    ...['<--jobs>', `<${odd}/jobs.json>`, '<--runs>', `<${odd}>`, '<--task>', '<7>'],
    ...['<--threads>', '<2>', ''],
  ]);
});

test('runs are written as an array, cheap ones first, and gathered when all are there', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'lab-slurm-'));
  const folder = join(runs, 'table');
  const specs = [chainSpec(1, { steps: 40 }), chainSpec(2, { steps: 10 })];
  const jobs = specs.map((one) => ({ id: runId(chain, one), spec: one, measurements: [] }));
  const make = slurmExecutor({
    ...{ program: 'npx replicate', command: ['table1', '--executor', 'slurm'], cores: 1 },
  });
  const line = { update: () => {}, print: () => {} };
  const session = chain.start({ runs, line });
  const executor = await make<RunSpec>({
    ...{ program: chain, session: session, options, runs, folder, line },
  });
  const watch = { progress: () => {}, finished: () => Promise.resolve() };
  await expect(executor.execute(jobs, watch)).rejects.toThrow(
    /^2 runs to do\. Submit them, [^]*sbatch .*array\.sbatch\n.*npx replicate gather /,
  );
  await writeFile(taskLog(folder, 1), 'step 10/40\nkilled: no memory\n');
  expect(await gathered(folder, runs)).toEqual({
    ...{ command: ['table1', '--executor', 'slurm'], done: 0 },
    missing: [
      `task 0, ${jobs[1].id}: has not begun`,
      `task 1, ${jobs[0].id}: its log ends with: killed: no memory`,
    ],
  });
  await writeFile(jobFileIn(folder), '{"command":[],"jobs":[]}');
  await expect(gathered(folder, runs)).rejects.toThrow(/jobs\.json: .*command/);
});

test('a signal that comes when a run is done ends nothing of the next one', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'lab-carrier-'));
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[compiled(new URL('two-jobs.ts', import.meta.url)), runs],
  ]);
  expect(stdout).toBe('first\nsecond\n');
});
