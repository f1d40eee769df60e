import { expect, test } from '@jest/globals';
import { progressText } from '../src/train/progress-text.ts';

test('the time before the first reading counts for no step; weights stand before losses', () => {
  let clock = 0;
  const text = progressText(() => clock);
  const values = { total: 3, 'loss/depth': 2, 'weight/depth': 0.5 };
  // Nineteen minutes of compiling.
  clock += 1_140_000;
  expect(text({ step: 1, steps: 601, values, engine: 'onnx/cpu' })).toBe(
    'step 1/601  on onnx/cpu  w(depth) 0.500  depth 2.000',
  );
  // 20 steps in 10 s: 2 a second, and 580 left.
  clock += 10_000;
  expect(text({ step: 21, steps: 601, values, engine: 'onnx/cpu' })).toBe(
    'step 21/601  2.0 steps/s on onnx/cpu  4:50 left  w(depth) 0.500  depth 2.000',
  );
});
