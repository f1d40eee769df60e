import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import {
  alone,
  inChildProcesses,
  jobClock,
  perform,
  runId,
  type ExecutorOptions,
  type Job,
  type JobProgress,
} from '@scene-mtl/lab';
import { startOf } from '../src/store/process-identity.ts';
import { endingOf } from '../src/execute/job-process.ts';
import { asked, lineArm, lines, processOf, type LineSpec } from './line-program.ts';

const script = compiled(new URL('run-lines.ts', import.meta.url));

/** Runs `run-lines.ts` in a process of its own. */
async function runLines(runs: string, ...args: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [script, runs, ...args]);
  return JSON.parse(stdout) as { pid: number; ids: string[]; slots: number[]; failed?: string };
}

/** Looks again and again until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const read = async (...path: string[]) =>
  JSON.parse(await readFile(join(...path), 'utf8')) as Record<string, unknown>;

test('jobs give the same in this process and in others, which load the program by its address', async () => {
  const here = await mkdtemp(join(tmpdir(), 'lab-here-'));
  const there = await mkdtemp(join(tmpdir(), 'lab-there-'));
  const one = await runLines(here, '1');
  const two = await runLines(there, '2');
  expect(two.ids).toEqual(one.ids);
  expect(one.slots).toEqual([0]);
  expect(two.slots).toEqual([0, 1]);
  const measuredBy = async (runs: string) =>
    Promise.all(one.ids.map(async (id) => (await read(runs, id, 'measured/process.json')).value));
  expect(new Set(await measuredBy(here))).toEqual(new Set([one.pid]));
  expect(await measuredBy(there)).not.toContain(two.pid);
  for (const id of one.ids) {
    const [a, b] = [await read(here, id, 'record.json'), await read(there, id, 'record.json')];
    expect(b).toEqual(a);
  }
});

test('a configuration that the program does not know fails in the other process, by name', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'lab-failed-'));
  const { failed } = await runLines(runs, '2', 'wrong');
  // Of two processes that fail either may be heard first.
  expect(failed).toMatch(/^lines\.a-b\.equal\.seed-[12]\.\w+: configuration for lines:[^]*steps/);
});

test('a process gets a job only when its data is there', async () => {
  const spec: LineSpec = { ...lineArm(1), seed: 13 };
  const root = await mkdtemp(join(tmpdir(), 'lab-data-'));
  const options: ExecutorOptions = { root, compile: {}, dataWorkers: 0, grids: 0 };
  const line = { update: () => {}, print: () => {} };
  const session = lines.start({ runs: root, line });
  const job: Job<LineSpec> = { id: runId(lines, spec), spec, measurements: [processOf] };
  const executor = inChildProcesses({ program: lines, session, options, runs: root, processes: 2 });
  const watch = { progress: () => {}, finished: () => Promise.resolve() };
  await expect(executor.execute([job], watch)).rejects.toThrow('no disk');
  expect(asked).toEqual(['prepare seed 13']);
});

test('a process that is killed is one error that names its run; the same command makes the rest', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'lab-killed-'));
  const { failed, ids } = await runLines(runs, '2', 'killed');
  expect(failed).toMatch(
    /^lines\.a-b\.equal\.seed-66\.\w+: its process ended before the run was done \(killed by SIGKILL, .*the same command goes on/,
  );
  const again = await runLines(runs, '2', 'killed');
  expect(again.failed).toBeUndefined();
  for (const id of ids) {
    expect(await read(runs, id, 'record.json')).toMatchObject({ id });
    expect((await readdir(join(runs, id))).filter((name) => /lock|partial/.test(name))).toEqual([]);
  }
});

test('a process whose parent was killed ends by itself, and its run is free', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'lab-orphan-'));
  const parent = spawn(process.execPath, [script, runs, '2', 'endless'], { stdio: 'ignore' });
  const pidFile = async (): Promise<string | undefined> =>
    (await readdir(runs, { recursive: true })).find((name) => name.endsWith('/pid'));
  await until(async () => (await pidFile()) !== undefined);
  const file = join(runs, (await pidFile()) as string);
  await until(async () => (await readFile(file, 'utf8')) !== '');
  const pid = Number(await readFile(file, 'utf8'));
  expect(startOf(pid)).toBeDefined();
  parent.kill('SIGKILL');
  await until(() => Promise.resolve(startOf(pid) === undefined));
  await expect(alone(dirname(file), () => Promise.resolve('done'))).resolves.toBe('done');
});

test('a run on which another process works is waited for, and not made again', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lab-wait-'));
  const spec: LineSpec = { ...lineArm(1), seed: 5 };
  const job: Job<LineSpec> = { id: runId(lines, spec), spec, measurements: [] };
  const folder = join(root, job.id);
  const line = { update: () => {}, print: () => {} };
  const performer = {
    ...{ program: lines, session: lines.start({ runs: root, line }) },
    options: { root, compile: {}, dataWorkers: 0, grids: 0 },
  };
  const record = {
    ...{ id: job.id, spec, series: {}, evaluations: [], environment: { made: 'by the other' } },
    data: { name: 'points', train: 2, val: 1, fingerprint: null },
    result: { metrics: {}, sigma2: {}, weights: {}, parameters: 1, steps: 1 },
    timing: { seconds: 1, stepsPerSecond: 1, engine: 'none' },
  };
  const told: JobProgress[] = [];
  let second: Promise<void> = Promise.resolve();
  await alone(folder, async () => {
    second = perform(job, performer, (progress) => told.push(progress));
    await until(() => Promise.resolve(told.length > 0));
    await writeFile(join(folder, 'record.json'), JSON.stringify(record));
  });
  await second;
  expect(told[0]).toEqual({ kind: 'waiting', holder: `process ${process.pid}` });
  expect(asked).not.toContain('train seed 5');
  expect(await read(folder, 'record.json')).toEqual(record);
});

test('for whom a run waits is said once, in a line that stays', () => {
  const printed: string[] = [];
  const line = { update: () => {}, print: (text: string) => printed.push(text) };
  const clock = jobClock(1, line, {}, () => Promise.reject(new Error('not finished')));
  const job: Job<LineSpec> = { id: 'x', spec: { ...lineArm(1), seed: 5 }, measurements: [] };
  for (const holder of ['process 7', 'process 7', 'process 8']) {
    clock.progress(0, job, { kind: 'waiting', holder });
  }
  expect(printed).toEqual([
    'a+b equal seed 5: waiting for process 7, which is working on it',
    'a+b equal seed 5: waiting for process 8, which is working on it',
  ]);
});

test('how a process ended is said by signal or exit code', () => {
  expect(endingOf(null, 'SIGKILL')).toMatch(
    /killed by SIGKILL, as a system that runs out of memory/,
  );
  expect(endingOf(null, 'SIGSEGV')).toContain('(killed by SIGSEGV)');
  expect(endingOf(3, null)).toContain('(exit code 3)');
});
