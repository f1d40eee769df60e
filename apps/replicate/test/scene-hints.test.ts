import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { profiles } from '../src/config/profiles.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { armOf, learnedWeights } from '../src/scenes/spec.ts';
import { street } from './records.ts';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;
beforeAll(async () => {
  place = await scratch();
}, 60_000);

test('no hints are what there was before, to the id', () => {
  const { hints: _, ...training } = profiles.smoke.training;
  const older = { ...profiles.smoke, training } as typeof profiles.smoke;
  const id = (config: typeof older) =>
    sceneRunId({ ...armOf(config, { tasks: street.tasks, balance: learnedWeights() }), seed: 1 });
  expect(id(profiles.smoke)).toBe(id(older));
});

test('hints are learned from frames without labels, and weighed beside the tasks', async () => {
  const config = await tinyConfig(
    place,
    ...['training.hints.flip=1', 'training.hints.rows=0.1', 'data.labels.semantic.frames=3'],
    ...['training.labelledShare=0.5', 'training.steps=4'],
  );
  const { folder } = await tinyRun(place, 'hints', { config });
  const log = await readFile(join(folder, 'metrics.jsonl'), 'utf8');
  for (const name of ['flip-semantic', 'flip-instance', 'flip-depth', 'rows-depth']) {
    expect(log).toContain(`"loss/${name}":`);
    expect(log).toContain(`"weight/${name}":`);
  }
});

test('kept features are of images as they are', async () => {
  const config = await tinyConfig(place, 'training.hints.flip=1');
  const training = { ...config.training, features: 'f32' as const };
  await expect(tinyRun(place, 'kept', { config: { ...config, training } })).rejects.toThrow(
    /training.hints moves them; leave one of both out/,
  );
});
