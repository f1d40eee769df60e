import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** That a run opens no connection and leaves no file behind. */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const script = compiled(new URL('fixtures/quiet-run.ts', import.meta.url));
const strace = spawnSync('strace', ['-V']).status === 0;
const CALLS = 'socket,connect,sendto,open,openat,creat,mkdir,mkdirat,rename,unlink';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quiet-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the fixture in folders of its own; what it printed, left there, and asked of the system. */
async function watched(how: string, traced: boolean) {
  const own = join(folder, `${how}${traced ? '-traced' : ''}`);
  const [home, temporary, trace] = ['home', 'tmp', 'trace'].map((name) => join(own, name));
  await mkdir(home, { recursive: true });
  await mkdir(temporary);
  // The real environment, not jest's copy of it, and undecided.
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const node = [process.execPath, script, how];
  const [command, ...args] = traced
    ? ['strace', '-f', '-e', `trace=${CALLS}`, '-o', trace, ...node]
    : node;
  const { stdout } = await promisify(execFile)(command, args, {
    cwd: root,
    // XDG_CACHE_HOME would lead past the home folder.
    env: { ...env, HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: '' },
  });
  const left = (at: string) => readdir(at, { recursive: true });
  const calls = traced ? (await readFile(trace, 'utf8')).split('\n') : [];
  return {
    printed: stdout.trim(),
    left: [...(await left(home)), ...(await left(temporary))],
    calls,
  };
}

describe.each([['main'], ['worker']])('a step in the %s thread', (how) => {
  test('leaves no file in the home and the temporary folder', async () => {
    const { printed, left } = await watched(how, false);
    expect(printed.split('\n').at(-1)).toBe('4 9');
    expect(left).toEqual([]);
  });

  const title = 'opens no connection and writes nowhere';
  const traced = async () => {
    const { printed, calls } = await watched(how, true);
    expect(printed.split('\n').at(-1)).toBe('4 9');
    // That the trace sees what it is to see.
    expect(calls.some((call) => call.includes('libonnxruntime'))).toBe(true);
    expect(calls.filter((call) => /socket\(AF_INET/.test(call))).toEqual([]);
    const writes = calls.filter((call) => /O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir/.test(call));
    const elsewhere = writes.filter((call) => !/"\/(dev|proc|sys)\//.test(call));
    expect(elsewhere).toEqual([]);
  };
  if (strace) test(title, traced);
  else test.skip(`${title} (skipped: strace is not installed)`, traced);
});

test('a thread of a process that has not decided is told how to', async () => {
  const { printed, left } = await watched('worker-alone', false);
  expect(printed).toMatch(/error: engine onnx: .*ORT_DISABLE_TELEMETRY is not set.*main thread/);
  expect(left).toEqual([]);
});

test('jest loads ONNX Runtime with it forbidden', async () => {
  const { compile } = await import('../src/index.ts');
  await compile(({ x }) => ({ y: x }), { x: { shape: [], dtype: 'float32' } });
  // What a child inherits is the environment of the process itself.
  const inherited = spawnSync('printenv', ['ORT_DISABLE_TELEMETRY'], { encoding: 'utf8' });
  expect(inherited.stdout.trim()).toBe('1');
});

test('a run that fails says so by its error alone', async () => {
  const failing = compiled(new URL('fixtures/failing-run.ts', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [failing], { cwd: root });
  expect(stdout).toMatch(/^run: GatherV2 .*: an index is out of range; expected 0 … 2/m);
  expect(stderr).not.toContain('onnxruntime');
});
