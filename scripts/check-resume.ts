import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { stream } from '@scene-mtl/data';
import { decodedEvents } from '@scene-mtl/core/testing';

/**
 * `npx tsx --conditions=@scene-mtl/source scripts/check-resume.ts [kills] [seed]` trains a small run
 * undisturbed, then the same run killed with SIGKILL at random moments (default 20), and compares
 * every file that must not depend on it, byte by byte. Exit code 1 when one differs.
 */

const cli = fileURLToPath(new URL('../apps/replicate/src/cli.ts', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx'));
const STEPS = 400;

const flags = [
  ...['train', '--profile', 'smoke', '--name', 'run', '--threads', '1', '--set'],
  ...['data.train=16', 'data.val=4', 'strips=1', 'training.batchSize=2', `training.steps=${STEPS}`],
  ...['training.evalEvery=30', 'training.checkpointEvery=7'],
];

/** How a run ended, and its seconds from the moment that its data was there. */
interface Ended {
  readonly killed: boolean;
  readonly seconds: number;
}

/**
 * Runs the command; kills it some seconds after its data is there (or after its start, for
 * `from: 'start'`), unless it is done before.
 */
function train(
  runs: string,
  kill?: { readonly from: 'start' | 'data'; readonly seconds: number },
): Promise<Ended> {
  const node = ['--conditions=@scene-mtl/source', '--import', tsx, cli];
  const child = spawn(process.execPath, [...node, ...flags, '--runs', runs], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  let ready: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    if (kill) timer = setTimeout(() => child.kill('SIGKILL'), 1000 * kill.seconds);
  };
  if (kill?.from === 'start') arm();
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
    if (ready !== undefined || !log.includes('balanced by')) return;
    ready = performance.now();
    if (kill?.from === 'data') arm();
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const seconds = (performance.now() - (ready ?? performance.now())) / 1000;
      if (code === 0 || signal === 'SIGKILL') resolve({ killed: code !== 0, seconds });
      else reject(new Error(`train ended with code ${code}:\n${log}`));
    });
  });
}

const checkpointSteps = async (runs: string): Promise<number[]> => {
  const names = await readdir(join(runs, 'run', 'checkpoints')).catch(() => []);
  return names.flatMap((name) => /^step-(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
};

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
  const random = stream(Number(process.argv[3] ?? 1), 'check-resume');
  const whole = await mkdtemp(join(tmpdir(), 'check-resume-whole-'));
  const torn = await mkdtemp(join(tmpdir(), 'check-resume-torn-'));
  const { seconds } = await train(whole);
  console.log(`undisturbed: ${seconds.toFixed(1)} s of compiling and training`);

  // Compiling and loading a checkpoint again, before the first step of a resumed run.
  const resuming = 0.7;
  const at: number[] = [];
  let stretch = 1;
  while (at.length < kills) {
    // The first while the scenes are made or Node.js starts; the others up to a tenth of the
    // training (at 20 kills) beyond the checkpoint before.
    const window = stretch * (resuming + (1.9 * seconds) / kills);
    const { killed } = await train(
      torn,
      at.length === 0
        ? { from: 'start', seconds: 1 + random.next() }
        : { from: 'data', seconds: window * (0.3 + 0.7 * random.next()) },
    );
    if (!killed) break;
    const step = Math.max(0, ...(await checkpointSteps(torn)));
    // A busy machine resumes more slowly: kills that leave no new checkpoint come later and later.
    stretch = step === at.at(-1) ? 1.2 * stretch : 1;
    at.push(step);
  }
  console.log(`killed ${at.length} times; checkpoint after each: ${at.join(' ')}`);
  await train(torn);

  const checkpoints = (await readdir(join(whole, 'run', 'checkpoints'))).map((name) =>
    join('checkpoints', name),
  );
  const files = ['metrics.jsonl', 'result.json', 'run.json', ...checkpoints];
  for (const file of files) {
    const [a, b] = await Promise.all(
      [whole, torn].map((runs) => readFile(join(runs, 'run', file)).catch(() => undefined)),
    );
    const same = a !== undefined && b !== undefined && a.equals(b);
    console.log(`${same ? 'same' : 'DIFFERENT'}  ${file} (${a?.length} bytes)`);
    if (!same) process.exitCode = 1;
  }
  const [a, b] = await Promise.all([whole, torn].map((runs) => eventsOf(join(runs, 'run'))));
  const same = isDeepStrictEqual(a, b);
  console.log(`${same ? 'same' : 'DIFFERENT'}  ${a.length} events, but for their times`);
  if (!same) process.exitCode = 1;
  const [first, last] = [at[0], at.at(-1) ?? 0];
  if (last === first) {
    console.log('no kill fell inside of the training, so nothing was checked');
    process.exitCode = 1;
  }
  if (at.length < kills) {
    console.log(`only ${at.length} of ${kills} kills: the run was done before`);
    process.exitCode = 1;
  }
  await Promise.all([whole, torn].map((runs) => rm(runs, { recursive: true, force: true })));
}

await main();
