import type { TargetEncoder } from '@scene-mtl/core';
import { sizeOf } from '@scene-mtl/data';
import { boundaryScore, type BoundaryScoreResult } from '@scene-mtl/eval';
import { counted } from '../counted.ts';
import type { Accumulator, Metrics } from '../kit.ts';
import type { EdgesPrediction } from './task.ts';

const share = (name: string, title: string) =>
  ({ name, title, unit: '%', digits: 1, better: 'higher' }) as const;

/** F at the best threshold of the whole split (ODS), and precision and recall there. */
export const edgesMetrics = [
  share('odsF', 'ODS F'),
  share('precision', 'precision'),
  share('recall', 'recall'),
] as const satisfies Metrics;

/** Thresholds of the score among which the best is taken. */
const THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * Boundary F (`boundaryScore`) at the one threshold that is best over the split: the optimal dataset
 * scale of Martin, Fowlkes & Malik 2004, with nine thresholds, and without thinning.
 */
export function edgesAccumulator(target: TargetEncoder): Accumulator<EdgesPrediction> {
  const scores = THRESHOLDS.map(() => boundaryScore());
  const counts = {
    scores,
    merge: (other: { scores: typeof scores }) =>
      scores.forEach((score, k) => score.merge(other.scores[k])),
  };
  return counted(counts, {
    add({ edges }, sample) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      const size = sizeOf(sample);
      THRESHOLDS.forEach((threshold, k) => {
        const drawn = Uint8Array.from(edges, (p) => Number(p >= threshold));
        scores[k].add(value, drawn, mask, size);
      });
    },
    result() {
      const all = scores.map((score) => score.result());
      const best = all.reduce<BoundaryScoreResult>((a, b) => (b.f > a.f ? b : a), all[0]);
      return { odsF: 100 * best.f, precision: 100 * best.precision, recall: 100 * best.recall };
    },
  });
}
