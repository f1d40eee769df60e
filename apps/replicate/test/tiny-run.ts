import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { trainRun, type TrainRunOptions } from '../src/train/train-run.ts';

/** A run of seconds: eight steps at 32×64 on twelve generated scenes. */
export const tinyConfig = (...set: string[]): Promise<Config> =>
  configured(profiles.smoke, {
    set: [
      ...['data.train=12', 'data.val=4', 'training.steps=8', 'training.evalEvery=4'],
      ...['training.checkpointEvery=3', 'strips=1', ...set],
    ],
  });

/** Sets up TensorFlow.js as the command line does; gives an empty folder of runs. */
export async function scratchRuns(): Promise<string> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  return mkdtemp(join(tmpdir(), 'replicate-run-'));
}

/** Trains a tiny run. */
export async function tinyRun(
  runs: string,
  name: string,
  changes: Partial<TrainRunOptions> = {},
): ReturnType<typeof trainRun> {
  return trainRun({
    config: await tinyConfig(),
    runs,
    name,
    seed: 1,
    weighting: { kind: 'named', name: 'uncertainty', options: {} },
    compile: { threads: 1 },
    command: 'test',
    ...changes,
  });
}
