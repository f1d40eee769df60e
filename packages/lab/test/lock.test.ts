import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { alone, clearAbandoned } from '@scene-mtl/lab';
import { beating, SILENCE } from '../src/store/beat.ts';
import { FolderBusy } from '../src/store/lock.ts';
import { parseStat, runs, startOf, thisHost, thisProcess } from '../src/store/process-identity.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const locks = async () => (await readdir(folder)).filter((name) => name.startsWith('lock'));

/** Writes the claim of a process as it would stand there. */
const claimOf = (pid: number, claim: object, suffix = '00000000') =>
  writeFile(join(folder, `lock.${pid}-${suffix}`), JSON.stringify({ pid, holds: true, ...claim }));

const ourselves = thisProcess();
const done = () => Promise.resolve('done');

test('work is done in a locked folder, whose lock goes after it and after an error', async () => {
  await alone(folder, async () => expect(await locks()).toHaveLength(1));
  await expect(alone(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that is taken is an error at once that names process and lock', async () => {
  let inside: unknown;
  await alone(folder, async () => {
    inside = await alone(folder, done).catch((error: Error) => error.message);
    expect(await locks()).toHaveLength(1);
  });
  const error = `${folder}: process ${process.pid} is working on this run; wait for it, or stop it first (its lock: `;
  expect(inside).toMatch(
    new RegExp(`^${error.replace(/[().]/g, '\\$&')}.*/lock\\.\\d+-\\w{8}\\)$`),
  );
});

test('who may wait is told for whom, and works afterwards', async () => {
  const told: string[] = [];
  const order: string[] = [];
  let second: Promise<unknown> = Promise.resolve();
  await alone(folder, async () => {
    second = alone(folder, () => Promise.resolve(order.push('second')), {
      onWaiting: (holder) => told.push(holder),
    });
    while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('first');
  });
  await second;
  expect(order).toEqual(['first', 'second']);
  expect(new Set(told)).toEqual(new Set([`process ${process.pid}`]));
});

test.each<[string, number, object]>([
  // Beyond the largest process number of Linux.
  ['a process that has ended', 2 ** 22 + 1, { started: ourselves.started, host: ourselves.host }],
  ['a number that lives again', process.pid, { started: 'before', host: ourselves.host }],
  ['a file cut short, of a process that has ended', 2 ** 22 + 1, {}],
])('the lock of %s is taken over', async (_, pid, claim) => {
  await claimOf(pid, claim);
  await expect(alone(folder, done)).resolves.toBe('done');
  expect(await locks()).toEqual([]);
});

test.each<[string, string, string]>([
  ['a number', String(2 ** 22 + 1), 'done'],
  ['nothing', '', 'done'],
  // Process 1 is always there.
  ['the number of a process that runs', '1', 'process 1 is working on this run'],
])('of a lock of before that holds %s comes %s', async (_, text, expected) => {
  await writeFile(join(folder, 'lock'), text);
  const outcome = await alone(folder, done).catch((error: Error) => error.message);
  expect(outcome).toContain(expected);
});

test('a lock of another host is never taken over; the error says what to do', async () => {
  await claimOf(5, { started: 'x', host: 'elsewhere' });
  const waiting = { onWaiting: () => {} };
  for (const options of [{}, waiting]) {
    await expect(alone(folder, done, options)).rejects.toThrow(
      /process 5 of elsewhere has locked this run.*when it does not, delete .*lock\.5-00000000$/,
    );
  }
  expect(await locks()).toEqual(['lock.5-00000000']);
});

test('what a killed process was writing goes; what others write in the folder stays', async () => {
  const gone = [
    'record.json.1.partial',
    'measured/a.json.2.partial',
    'predictions/x/y.png.3.partial',
  ];
  const stays = ['record.json', 'predicted/masks/z.png.4.partial'];
  for (const file of [...gone, ...stays]) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), '');
  }
  await alone(folder, done);
  expect(gone.map((file) => existsSync(join(folder, file)))).toEqual([false, false, false]);
  expect(stays.map((file) => existsSync(join(folder, file)))).toEqual([true, true]);
});

test('a folder made for work that wrote nothing goes again, another stays', async () => {
  const made = join(folder, 'made');
  await expect(alone(made, () => Promise.reject(new Error('no such data')))).rejects.toThrow();
  expect(existsSync(made)).toBe(false);
  await mkdir(made);
  await alone(made, done);
  expect(existsSync(made)).toBe(true);
});

test('folders made above it go too, but not those that were there or hold something', async () => {
  await alone(join(folder, 'runs/trained/a'), done);
  expect(await readdir(folder)).toEqual([]);
  await mkdir(join(folder, 'runs'));
  await alone(join(folder, 'runs/trained/a'), done);
  expect(await readdir(folder, { recursive: true })).toEqual(['runs']);
  await alone(join(folder, 'runs/trained/a'), () =>
    writeFile(join(folder, 'runs/trained/other.json'), ''),
  );
  expect(await readdir(join(folder, 'runs'), { recursive: true })).toEqual([
    'trained',
    'trained/other.json',
  ]);
});

test('what a killed process left in a finished run goes, what a living one has there stays', async () => {
  const left = ['lock.4194305-00000000', 'timing.json.1.partial'];
  for (const name of left) await writeFile(join(folder, name), '');
  await clearAbandoned(folder);
  expect(await readdir(folder)).toEqual([]);
  await alone(folder, async () => {
    await writeFile(join(folder, 'record.json.1.partial'), '');
    await clearAbandoned(folder);
    expect((await readdir(folder)).length).toBe(2);
  });
  await clearAbandoned(join(folder, 'nowhere'));
});

test('a process’s start is read past a name with spaces and brackets', () => {
  // Fields 3 to 22 of proc(5), counted by hand: the state is field 3, the start field 22.
  const rest = Array.from({ length: 50 }, (_, i) => String(i + 4));
  expect(parseStat(`7 (a) b (c) S ${rest.join(' ')}`)).toEqual({ state: 'S', ticks: '22' });
});

test('a claim of another host that is touched holds; one that nobody touched for long is taken over', async () => {
  const file = join(folder, 'lock.5-00000000');
  await claimOf(5, { started: 'x', host: 'elsewhere', beats: true });
  const refused = await alone(folder, done).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(FolderBusy);
  expect((refused as Error).message).toContain('process 5 of elsewhere is working on this run');
  const silent = new Date(Date.now() - SILENCE - 60_000);
  await utimes(file, silent, silent);
  expect(await alone(folder, done)).toBe('done');
  expect(await locks()).toEqual([]);
});

test('who holds a folder touches its claim, and learns that it is gone', async () => {
  const file = join(folder, 'lock.6-00000000');
  await writeFile(file, '{}');
  await utimes(file, 0, 0);
  let isLost = false;
  const stop = beating(file, () => (isLost = true), 20);
  const soon = () => new Promise((resolve) => setTimeout(resolve, 10));
  while ((await stat(file)).mtimeMs === 0) await soon();
  await rm(file);
  while (!isLost) await soon();
  await stop();
});

test('a process is known by number, start and host', () => {
  const { pid, started } = ourselves;
  expect(startOf(pid)).toBe(started);
  expect(runs({ pid, started, host: thisHost() })).toBe(true);
  expect(runs({ pid, started: `${started}0`, host: thisHost() })).toBe(false);
  expect(runs({ pid, started, host: 'elsewhere' })).toBeUndefined();
  expect(runs({ pid: 0 })).toBe(false);
  expect(runs({ pid: 2 ** 22 + 1 })).toBe(false);
});

test('of several that want a folder with a stale lock at one moment exactly one works', async () => {
  for (let round = 0; round < 5; round++) {
    await claimOf(2 ** 22 + 1, { started: 'x', host: ourselves.host });
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 400));
      inside--;
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => alone(folder, work)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(most).toBe(1);
  }
});

const racer = compiled(new URL('lock-racer.ts', import.meta.url));

/** Starts a process that takes the lock again and again, once it is told to. */
function race(rounds: number) {
  const child = spawn(process.execPath, [racer, folder, String(rounds)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(said)));
  return { child, ready, ended };
}

test('processes that race for a stale lock never work at once, one killed in its work included', async () => {
  await claimOf(2 ** 22 + 1, { started: 'x', host: ourselves.host });
  const racers = [race(8), race(8), race(8), race(8)];
  await Promise.all(racers.map(({ ready }) => ready));
  for (const { child } of racers) child.stdin.write('go\n');
  // One of them is killed wherever it is; the others take over what it leaves.
  setTimeout(() => racers[3].child.kill('SIGKILL'), 60);
  const said = await Promise.all(racers.map(({ ended }) => ended));
  // A round that found the other inside would have said so.
  for (const text of said.slice(0, 3)) expect(text).toBe('ready\nworked 8\n');
  expect(said[3]).not.toContain('NOT ALONE');
  expect((await readFile(join(folder, 'count'))).length).toBeGreaterThanOrEqual(24);
  await alone(folder, done);
  expect(await locks()).toEqual([]);
});
