import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { inChildProcesses, runId, type ExecutorOptions, type Job } from '@scene-mtl/lab';
import { endingOf } from '../src/execute/in-child-processes.ts';
import { asked, lineArm, lines, processOf, type LineSpec } from './line-program.ts';

const script = fileURLToPath(new URL('run-lines.ts', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx'));

/** Runs `run-lines.ts` in a process of its own, whose children understand TypeScript too. */
async function runLines(runs: string, ...args: string[]) {
  const node = ['--conditions=@scene-mtl/source', '--import', tsx, script];
  const { stdout } = await promisify(execFile)(process.execPath, [...node, runs, ...args]);
  return JSON.parse(stdout) as { pid: number; ids: string[]; slots: number[]; failed?: string };
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

test('how a process ended is said by signal or exit code', () => {
  expect(endingOf(null, 'SIGKILL')).toMatch(
    /killed by SIGKILL, as a system that runs out of memory/,
  );
  expect(endingOf(null, 'SIGSEGV')).toContain('(killed by SIGSEGV)');
  expect(endingOf(3, null)).toContain('(exit code 3)');
});
