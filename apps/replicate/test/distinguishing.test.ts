import { expect, test } from '@jest/globals';
import { distinguishing } from '@scene-mtl/lab';

const at = (learningRate: number, data: object = { train: 600 }) => ({
  training: { learningRate, steps: 600 },
  data,
});

test('configurations are told apart by what they differ in', () => {
  expect(distinguishing([at(0.05), at(0.1), at(0.1, { train: 600, holdOut: 60 })])).toEqual([
    'training.learningRate=0.05',
    'training.learningRate=0.1',
    'training.learningRate=0.1 data.holdOut=60',
  ]);
});

test('nothing is said of configurations that are alike, or of one alone', () => {
  expect(distinguishing([at(0.1), at(0.1)])).toEqual(['', '']);
  expect(distinguishing([at(0.1)])).toEqual(['']);
});
