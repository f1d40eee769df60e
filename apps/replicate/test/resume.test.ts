import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const cli = compiled(new URL('../src/cli.ts', import.meta.url));

const flags = [
  ['data.train=8', 'data.val=4', 'training.steps=24', 'training.evalEvery=6'],
  ['training.checkpointEvery=2', 'strips=1'],
].flat();

/** Runs the command; kills it with SIGKILL when the text shows up in its progress. */
function replicate(runs: string, killAt?: RegExp): Promise<{ code: number | null; log: string }> {
  const child = spawn(process.execPath, [
    ...[cli, 'table1'],
    ...['--profile', 'smoke', '--runs', runs, '--rows', 'depth-only,uncertainty-instance-depth'],
    ...['--threads', '1', '--set', ...flags],
  ]);
  return new Promise((resolve) => {
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (killAt?.test(log)) child.kill('SIGKILL');
    });
    child.on('close', (code) => resolve({ code, log }));
  });
}

test('a run killed with SIGKILL and started again ends with the same table', async () => {
  const undisturbed = await mkdtemp(join(tmpdir(), 'replicate-whole-'));
  const disturbed = await mkdtemp(join(tmpdir(), 'replicate-killed-'));
  const whole = await replicate(undisturbed);
  expect(whole).toMatchObject({ code: 0 });
  // Once while the scenes are made, once inside the second row.
  expect((await replicate(disturbed, /generating/)).code).toBe(null);
  expect((await replicate(disturbed, /\[1\/2\] depth fixed/)).code).toBe(null);
  expect(await replicate(disturbed)).toMatchObject({ code: 0 });
  const table = (runs: string) => readFile(join(runs, 'table1-smoke', 'table1.json'), 'utf8');
  expect(await table(disturbed)).toBe(await table(undisturbed));
});
