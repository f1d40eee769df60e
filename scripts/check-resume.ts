import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { stream } from '@scene-mtl/data';
import { decodedEvents } from '@scene-mtl/core/testing';
import { PARTIAL, writeAtomically } from '@scene-mtl/data/files';

/**
 * `npx tsx --conditions=@scene-mtl/source scripts/check-resume.ts [kills] [seed] [folder]` trains a small
 * run undisturbed, then the same run killed with SIGKILL at random moments (default 20). Compares every
 * file that must not depend on it, byte by byte, and counts what the kills left behind: files half
 * written, tensors without a manifest, locks. Exit code 1 when a file differs or something is left at
 * the end. Stopped itself, it goes on in the same folder.
 */

const cli = fileURLToPath(new URL('../apps/replicate/src/cli.ts', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx'));

/** Room for about 150 kills that each let the run get to its next checkpoint. */
const STEPS = 800;
const EVERY = 5;

const flags = [
  ...['train', '--profile', 'smoke', '--name', 'run', '--threads', '1', '--set'],
  ...['data.train=16', 'data.val=4', 'strips=1', 'training.batchSize=2'],
  ...[`training.steps=${STEPS}`, 'training.evalEvery=30', `training.checkpointEvery=${EVERY}`],
];

/** What is known so far; kept, so that the check can go on. */
interface State {
  /** Of the undisturbed run, from the moment that its data was there. */
  readonly seconds: number;
  /** Last checkpoint after each kill. */
  readonly at: readonly number[];
  /** Files that each kill left behind, by their kind. */
  readonly left: Readonly<Record<string, number>>;
}

/** When a run is killed: some seconds after its start, its first line, or its next checkpoint. */
interface Kill {
  readonly after: 'start' | 'line' | 'checkpoint';
  readonly seconds: number;
}

/** Runs the command; kills it at some moment, unless it is done before. */
async function train(
  runs: string,
  kill?: Kill,
): Promise<{ readonly killed: boolean; readonly seconds: number }> {
  const from = await lastCheckpoint(runs);
  const node = ['--conditions=@scene-mtl/source', '--import', tsx, cli];
  const child = spawn(process.execPath, [...node, ...flags, '--runs', runs], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  let ready: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const arm = (after: Kill['after']) => {
    if (kill?.after === after) timer = setTimeout(() => child.kill('SIGKILL'), 1000 * kill.seconds);
  };
  arm('start');
  const place = join(runs, 'run', 'checkpoints');
  const look = setInterval(() => {
    const names = existsSync(place) ? readdirSync(place) : [];
    if (kill?.after !== 'checkpoint' || timer || lastOf(names) === from) return;
    arm('checkpoint');
  }, 10);
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
    if (ready !== undefined || !log.includes('balanced by')) return;
    ready = performance.now();
    arm('line');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearInterval(look);
      const seconds = (performance.now() - (ready ?? performance.now())) / 1000;
      if (code === 0 || signal === 'SIGKILL') resolve({ killed: code !== 0, seconds });
      else reject(new Error(`train ended with code ${code}:\n${log}`));
    });
  });
}

const namesIn = (folder: string, recursive = false): Promise<string[]> =>
  readdir(folder, { recursive }).catch(() => []);

const lastOf = (names: readonly string[]): number =>
  Math.max(0, ...names.map((name) => Number(/^step-(\d+)\.json$/.exec(name)?.[1] ?? 0)));

const lastCheckpoint = async (runs: string): Promise<number> =>
  lastOf(await namesIn(join(runs, 'run', 'checkpoints')));

/** Files of a run that no whole one refers to, by their kind. */
async function orphansIn(runs: string): Promise<Record<string, number>> {
  const names = await namesIn(join(runs, 'run'), true);
  const whole = new Set(names);
  const kinds = {
    'half-written': (name: string) => name.endsWith(PARTIAL),
    'tensors without manifest': (name: string) =>
      name.endsWith('.safetensors') && !whole.has(name.replace(/safetensors$/, 'json')),
    lock: (name: string) => name.startsWith('lock'),
  };
  const count = (is: (name: string) => boolean) => names.filter(is).length;
  return Object.fromEntries(Object.entries(kinds).map(([kind, is]) => [kind, count(is)]));
}

const added = (a: State['left'], b: State['left']): Record<string, number> =>
  Object.fromEntries(Object.entries(b).map(([kind, n]) => [kind, (a[kind] ?? 0) + n]));

const text = (counts: State['left']): string =>
  Object.entries(counts)
    .map(([kind, n]) => `${kind} ${n}`)
    .join(', ');

/** What the event files of a run say, one after the other, without when. */
async function eventsOf(folder: string) {
  const names = (await readdir(folder)).filter((name) => name.includes('tfevents')).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return files
    .flatMap(decodedEvents)
    .filter(({ values, images }) => Object.keys({ ...values, ...images }).length > 0)
    .map(({ wallTime: _, ...event }) => event);
}

async function main(): Promise<void> {
  const kills = Number(process.argv[2] ?? 20);
  const seed = Number(process.argv[3] ?? 1);
  const folder = process.argv[4] ?? join(tmpdir(), `check-resume-${process.pid}`);
  const [whole, torn] = [join(folder, 'whole'), join(folder, 'torn')];
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'state.json');
  let state = await readFile(file, 'utf8').then(
    (known) => JSON.parse(known) as State,
    async (): Promise<State> => ({ seconds: (await train(whole)).seconds, at: [], left: {} }),
  );
  const keep = () => writeAtomically(file, `${JSON.stringify(state)}\n`);
  await keep();
  console.log(`undisturbed: ${state.seconds.toFixed(1)} s of training`);

  // Two checkpoints' time, so that a kill falls as well between them as into the writing of one.
  const between = (2 * state.seconds * EVERY) / STEPS;
  while (state.at.length < kills) {
    const i = state.at.length;
    const part = stream(seed, 'check-resume', i).next();
    // The first while the scenes are made or Node.js starts; every fifth while a run takes up again.
    const kill: Kill =
      i === 0
        ? { after: 'start', seconds: 1 + part }
        : i % 5 === 0
          ? { after: 'line', seconds: part }
          : { after: 'checkpoint', seconds: between * part };
    if (!(await train(torn, kill)).killed) break;
    const at = [...state.at, await lastCheckpoint(torn)];
    state = { ...state, at, left: added(state.left, await orphansIn(torn)) };
    await keep();
  }
  console.log(`killed ${state.at.length} times; checkpoint after each: ${state.at.join(' ')}`);
  console.log(`left behind by the kills: ${text(state.left)}`);
  await train(torn);

  const checkpoints = (await readdir(join(whole, 'run', 'checkpoints'))).map((name) =>
    join('checkpoints', name),
  );
  const files = ['metrics.jsonl', 'result.json', 'run.json', 'data.json', ...checkpoints];
  for (const name of files) {
    const [a, b] = await Promise.all(
      [whole, torn].map((runs) => readFile(join(runs, 'run', name)).catch(() => undefined)),
    );
    const same = a !== undefined && b !== undefined && a.equals(b);
    console.log(`${same ? 'same' : 'DIFFERENT'}  ${name} (${a?.length} bytes)`);
    if (!same) process.exitCode = 1;
  }
  const [a, b] = await Promise.all([whole, torn].map((runs) => eventsOf(join(runs, 'run'))));
  const same = isDeepStrictEqual(a, b);
  console.log(`${same ? 'same' : 'DIFFERENT'}  ${a.length} events, but for their times`);
  if (!same) process.exitCode = 1;
  const left = await orphansIn(torn);
  console.log(`left at the end: ${text(left)}`);
  if (Object.values(left).some((n) => n > 0)) process.exitCode = 1;
  const [first, last] = [state.at[0], state.at.at(-1) ?? 0];
  if (last === first) {
    console.log('no kill fell inside of the training, so nothing was checked');
    process.exitCode = 1;
  }
  if (state.at.length < kills) {
    console.log(`only ${state.at.length} of ${kills} kills: the run was done before`);
    process.exitCode = 1;
  }
}

await main();
