import { expect, test } from '@jest/globals';
import { boundaryScore } from '../src/index.ts';

const size = { height: 3, width: 5 };
const map = (...rows: string[]) => Uint8Array.from(rows.join(''), Number);
const known = new Uint8Array(15).fill(1);

test('a boundary one pixel off counts, two pixels off does not', () => {
  // Tolerance: 0.0075 · √34 = 0.04 px, so 1 px. Column 1 true; predicted in columns 2 and 4.
  const truth = map('01000', '01000', '01000');
  const guess = map('00100', '00101', '00100');
  const score = boundaryScore();
  score.add(truth, guess, known, size);
  // Of 4 predicted 3 are near; of 3 true all are. F = 2 · 0.75 / 1.75.
  expect(score.result()).toEqual({ precision: 0.75, recall: 1, f: 1.5 / 1.75 });
});

test('counts are pooled over images and merged, and the mask takes pixels out of both', () => {
  const truth = map('01000', '01000', '01000');
  const none = new Uint8Array(15);
  const [whole, a, b] = [boundaryScore(), boundaryScore(), boundaryScore()];
  whole.add(truth, truth, known, size);
  whole.add(truth, none, known, size);
  a.add(truth, truth, known, size);
  b.add(truth, none, known, size);
  a.merge(b);
  expect(whole.result()).toEqual({ precision: 1, recall: 0.5, f: 2 / 3 });
  expect(a.result()).toEqual(whole.result());
  const masked = boundaryScore();
  masked.add(truth, truth, none, size);
  expect(masked.result().f).toBeNaN();
});

test('nothing drawn scores 0, and other lengths are refused', () => {
  const score = boundaryScore();
  score.add(map('01000', '00000', '00000'), new Uint8Array(15), known, size);
  expect(score.result()).toEqual({ precision: 0, recall: 0, f: 0 });
  expect(() => score.add(known, known, new Uint8Array(4), size)).toThrow('3 × 5 pixels');
});
