import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { latestCheckpoint } from '@scene-mtl/core';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;
beforeAll(async () => {
  place = await scratch();
});
afterAll(() => rm(place.runs, { recursive: true, force: true }));

const run = async (name: string, steps: number, ...set: string[]) =>
  tinyRun(place, name, {
    config: await tinyConfig(place, `training.steps=${steps}`, ...set),
    tasks: ['depth'],
    prolongs: true,
  });

/** Weights and all that an optimiser remembers, by name. */
const tensorsIn = async (folder: string) =>
  (await latestCheckpoint(join(folder, 'checkpoints')))!.tensors;

test('a run that is prolonged ends with the bits of one that had as many steps from the beginning', async () => {
  const rates = 'training.scheduleSteps=8';
  await run('long', 4, rates);
  const { folder, result } = await run('long', 8, rates);
  const whole = await run('whole', 8, rates);
  expect(result.metrics).toEqual(whole.result.metrics);
  expect(result.steps).toBe(8);
  expect(await tensorsIn(folder)).toEqual(await tensorsIn(whole.folder));
  const stored = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as {
    training: { steps: number };
  };
  expect(stored.training.steps).toBe(8);
  // Finished again: the same command gives what is stored.
  expect((await run('long', 8, rates)).result).toEqual(result);
});

test('what cannot be prolonged is said, and stays as it is', async () => {
  const { folder, result } = await run('decayed', 4);
  await expect(run('decayed', 8)).rejects.toThrow(
    /decayed: --steps 8: its learning rate \(poly\) ends with step 4, .* training\.scheduleSteps=N/,
  );
  await expect(run('decayed', 2)).rejects.toThrow(/--steps 2: this run is one of 4 steps/);
  await expect(run('decayed', 8, 'training.scheduleSteps=8')).rejects.toThrow();
  const before = await readFile(join(folder, 'run.json'), 'utf8');
  const other = ['training.schedule=constant', 'training.learningRate=0.03'];
  await run('constant', 4, 'training.schedule=constant');
  await expect(run('constant', 8, ...other)).rejects.toThrow(/belongs to another configuration/);
  expect((await run('decayed', 4)).result).toEqual(result);
  expect(await readFile(join(folder, 'run.json'), 'utf8')).toBe(before);
});
