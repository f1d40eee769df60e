import { expect, test } from '@jest/globals';
import { classMap, numbersField, type Sample } from '@scene-mtl/data';
import type { Dataset } from '@scene-mtl/datasets';
import { profiles } from '../src/config/profiles.ts';
import { repeatedPool, repeatsOf } from '../src/data/oversampling.ts';
import { factorsOf, samplingOf, type Sampling } from '../src/data/sampling.ts';

const size = { height: 1, width: 2 };
const classes = (...ids: number[]) => classMap(size, Uint8Array.from(ids));

/** One with a rider, one with a number to learn, one with both, one with nothing. */
const frames: Record<string, Sample['fields']> = {
  rider: { semantic: classes(0, 1) },
  numbered: { semantic: classes(0, 255), steering: numbersField([1]) },
  both: { semantic: classes(1, 1), steering: numbersField([2]) },
  plain: { semantic: classes(0, 0) },
};
const dataset: Dataset = {
  name: 'made',
  fields: ['semantic', 'steering'],
  legend: { classes: ['road', 'rider'], palette: [], instanceClasses: [] },
  numbers: { steering: 1 },
  list: (split) => (split === 'train' ? Object.keys(frames) : []),
  read: (id) => Promise.resolve({ id, fields: frames[id] }),
};

test('a frame comes as often as the largest rule that fits it says', async () => {
  const repeats = await repeatsOf(dataset, { 'semantic/rider': 2, steering: 3 }, size);
  expect(repeats).toEqual({ rider: 2, numbered: 3, both: 3 });
  const { ids, perBatch } = repeatedPool(dataset, repeats, 4);
  expect([ids.length, perBatch]).toEqual([9, 4]);
  expect(ids.filter((id) => id === 'rider')).toHaveLength(2);
  expect(await repeatsOf(dataset, { semantic: 1 }, size)).toEqual({});
});

const sampling = (changes: Partial<Sampling>, labelledShare: number | null = null) => {
  const whole = { frames: {}, tasksPerStep: null, shares: {}, ...changes };
  const { training } = profiles.smoke;
  return samplingOf({ training: { ...training, sampling: whole, labelledShare } }, dataset);
};

test('what means nothing is one clear error', async () => {
  await expect(repeatsOf(dataset, { 'semantic/ridr': 2 }, size)).rejects.toThrow(
    'training.sampling.frames.semantic/ridr: no such class; did you mean rider?',
  );
  await expect(repeatsOf(dataset, { 'steering/left': 2 }, size)).rejects.toThrow(
    'training.sampling.frames.steering/left: no such class; steering has no classes',
  );
  expect(() => sampling({ frames: { depth: 2 } })).toThrow(
    'training.sampling.frames.depth: no such annotation; ',
  );
  expect(() => sampling({ frames: { semantic: 2 } }, 0.5)).toThrow(
    'training.sampling.frames: with training.labelledShare 0.5 frames come from two pools',
  );
  expect(() => sampling({ shares: { semantic: 2 } })).toThrow(
    'training.sampling.shares: every step learns all tasks; set training.sampling.tasksPerStep too',
  );
  expect(() => sampling({ tasksPerStep: 1, shares: { sematnic: 2 } })).toThrow(
    'training.sampling.shares.sematnic: no such task; did you mean semantic?',
  );
});

test('a run of fewer tasks learns all of them in each step, by the shares that are theirs', () => {
  const two = sampling({ tasksPerStep: 2, shares: { semantic: 2, steering: 3 } });
  const factors = factorsOf(two, ['steering'], 1, undefined)!;
  expect([0, 1, 2].map((step) => factors.factor('steering', step))).toEqual([1, 1, 1]);
  expect(factorsOf(sampling({}), ['steering'], 1, undefined)).toBeUndefined();
});
