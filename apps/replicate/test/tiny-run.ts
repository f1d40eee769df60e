import * as tf from '@tensorflow/tfjs';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateTree } from '@scene-mtl/datasets';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { trainRun, type TrainRunOptions } from '../src/train/train-run.ts';

const cli = compiled(new URL('../src/cli.ts', import.meta.url));

/** Runs `replicate` as a user does, in a process of its own; gives what it printed. */
export async function replicate(...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [cli, ...args])).stdout;
}

/** As {@link replicate}, from source by a loader: where the process reads TypeScript of its user's. */
export async function replicateFromSource(...args: string[]): Promise<string> {
  const source = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const loader = ['--conditions=@scene-mtl/source', '--import', import.meta.resolve('tsx'), source];
  return (await promisify(execFile)(process.execPath, [...loader, ...args])).stdout;
}

/** Begins `replicate` in a process of its own, to be ended by the test. */
export const begun = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [cli, ...args], { stdio: 'ignore' });

/** A folder of runs, and scenes to train on. */
export interface Scratch {
  readonly runs: string;
  /** A generated tree of 12 training and 4 validation frames at 64×128. */
  readonly tree: string;
}

/** Sets up TensorFlow.js as the command line does; makes the scenes. */
export async function scratch(): Promise<Scratch> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const runs = await mkdtemp(join(tmpdir(), 'replicate-run-'));
  const tree = join(runs, 'data', 'street');
  await generateTree({
    ...{ out: tree, frames: { train: 12, val: 4 }, height: 64, width: 128, seed: 1 },
    gaps: 'photometric',
  });
  return { runs, tree };
}

/** A run of seconds: eight steps at 32×64. */
export const tinyConfig = ({ tree }: Pick<Scratch, 'tree'>, ...set: string[]): Promise<Config> =>
  configured(profiles.smoke, {
    data: tree,
    set: [
      ...['training.steps=8', 'training.evalEvery=4', 'training.checkpointEvery=3', 'strips=1'],
      ...set,
    ],
  });

/** Trains a tiny run. */
export async function tinyRun(
  place: Scratch,
  name: string,
  changes: Partial<TrainRunOptions> = {},
): ReturnType<typeof trainRun> {
  return trainRun({
    config: await tinyConfig(place),
    runs: place.runs,
    name,
    seed: 1,
    balance: { name: 'uncertainty', options: {} },
    compile: { threads: 1 },
    command: 'test',
    ...changes,
  });
}
