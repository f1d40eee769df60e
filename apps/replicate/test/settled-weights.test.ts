import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendMetrics } from '@scene-mtl/core';
import { optionsOf } from '../src/commands/balancer-flags.ts';
import { settledWeights } from '../src/config/settled-weights.ts';

let runs: string;

beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'replicate-settled-'));
});
afterEach(() => rm(runs, { recursive: true, force: true }));

/** A log of one line per pair of weights, with an evaluation before the last. */
async function logged(name: string, weights: readonly (readonly (number | null)[])[]) {
  const file = join(runs, name, 'metrics.jsonl');
  for (const [i, [a, b]] of weights.entries()) {
    if (i === weights.length - 1) {
      await appendMetrics(file, { step: i, kind: 'evaluation', values: { 'depth/rmse': 1 } });
    }
    const values = { total: 1, 'weight/semantic': a, 'weight/depth': b };
    await appendMetrics(file, { step: i + 1, kind: 'train', values });
  }
}

test('are the means over the last lines of training, rounded as they can be typed', async () => {
  await logged('first', [
    [9, 9],
    [1, 0.1],
    [2, 0.1],
    [1.0000001, 0.25],
  ]);
  // (1 + 2 + 1.0000001)/3, (0.1 + 0.1 + 0.25)/3
  expect(await settledWeights('first', runs, 3)).toEqual({
    name: 'fixed',
    options: { semantic: 1.33333, depth: 0.15 },
  });
  expect((await settledWeights(join(runs, 'first'), 'elsewhere', 1)).options).toEqual({
    semantic: 1,
    depth: 0.25,
  });
  expect((await settledWeights('first', runs, 100)).options['semantic']).toBe(3.25);
});

test('of a run without any are refused by the name of its log', async () => {
  await expect(settledWeights('nowhere', runs, 10)).rejects.toThrow(
    /nowhere\/metrics\.jsonl: no line of training/,
  );
  await appendMetrics(join(runs, 'graddrop', 'metrics.jsonl'), {
    step: 1,
    kind: 'train',
    values: { total: 1 },
  });
  await expect(settledWeights('graddrop', runs, 10)).rejects.toThrow('no weight/<task> in it');
  await logged('sunk', [
    [1, -2],
    [1, 1],
  ]);
  await expect(settledWeights('sunk', runs, 10)).rejects.toThrow(
    'expected weight/depth from 0 in the last 2 lines, its mean is -0.5',
  );
  await logged('broken', [[null, 1]]);
  await expect(settledWeights('broken', runs, 10)).rejects.toThrow('its mean is NaN');
});

test('options of a balancer are numbers or words, each key once', () => {
  const given = ['temperature=2', 'preference.depth=1e-3', 'normalisation=loss+', 'a=-0.5'];
  expect(optionsOf(given)).toEqual({
    temperature: 2,
    'preference.depth': 0.001,
    normalisation: 'loss+',
    a: -0.5,
  });
  for (const wrong of ['temperature', 'temperature=', '=2', 'a= ', 'a=2x', 'a=1e999']) {
    expect(() => optionsOf([wrong])).toThrow(`--balancer-set ${wrong}: expected key=number`);
  }
  expect(() => optionsOf(['a=1', 'b=2', 'a=1'])).toThrow('a=1: a is given twice');
});
