import { expect, test } from '@jest/globals';
import type { MetricsRecord } from '@scene-mtl/core';
import { gradientReport } from '../src/train/gradient-report.ts';

const look = (step: number, cosine: number, conditionNumber: number | null): MetricsRecord => ({
  step,
  kind: 'gradients',
  values: {
    'cosine/semantic+depth': cosine,
    conflicts: cosine < 0 ? 1 : 0,
    magnitudeSimilarity: 0.5,
    conditionNumber,
    cosineToMean: 0.7 + cosine,
  },
});

test('means over the looks, the median condition, the price and the rule', () => {
  const text = gradientReport([look(10, -0.5, 2), look(20, 0.1, null), look(30, 0.1, 8)], {
    seconds: 2,
    of: 40,
  });
  // Cosines: (−0.5 + 0.1 + 0.1)/3 = −0.1; to the mean 0.6; conditions 2, 8, ∞.
  expect(text).toContain("3 looks (2.0 s, 5.0 % of this process's training)");
  expect(text).toContain('cosines semantic+depth -0.10; 33 % of pairs conflict');
  expect(text).toContain('condition number 8.0 (median)');
  expect(text).toContain('mean cosine to the mean gradient 0.60: equal weights do');
});

test('without a look it says so', () => {
  expect(gradientReport([], { seconds: 0, of: 1 })).toMatch(/never two tasks/);
});
