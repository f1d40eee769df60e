import { bootstrapStatistics, type Table } from '@scene-mtl/eval';
import type { TaskScores } from './tables.ts';

/** 95 % intervals by the names of scores; null where most resamples give no number. */
export type Intervals = Readonly<Record<string, readonly [low: number, high: number] | null>>;

/** Draws of `score` are always the same. */
const SEED = 0;

/**
 * 95 % bootstrap interval of each score over the images: how far it may be off because the split holds these images
 * and no others. Every resample is scored anew as a whole.
 */
export function scoreIntervals({ scored, measures }: TaskScores, resamples: number): Intervals {
  const names = Object.keys(measures);
  const of = scored.chosen();
  const statistics = (drawn: Int32Array) => {
    const scores = of(drawn);
    return names.map((name) => scores[name]);
  };
  const options = { resamples, seed: SEED };
  const found = bootstrapStatistics(scored.frames.length, names.length, statistics, options);
  return Object.fromEntries(names.map((name, k) => [name, found[k] ?? null]));
}

/** The scores of each image by itself, a line of JSON an image; null where there is nothing to score. */
export function perFrameLines({ scored: { frames, chosen }, measures }: TaskScores): string[] {
  const of = chosen();
  return frames.map((frame, i) => {
    const scores = of([i]);
    const metrics = Object.fromEntries(Object.keys(measures).map((name) => [name, scores[name]]));
    return JSON.stringify({ frame, metrics });
  });
}

/** Scores with their intervals. */
export function intervalTable(
  { scored, measures }: TaskScores,
  intervals: Intervals,
  resamples: number,
): Table {
  const { frames, chosen } = scored;
  const whole = chosen()(frames.map((_, i) => i));
  return {
    title: `Intervals over the images, ${resamples} resamples`,
    corner: 'score',
    columns: [{ name: 'value', decimals: 4 }, { name: '95 %' }, { name: 'unit' }],
    rows: Object.entries(measures).map(([name, { header, unit }]) => {
      const factor = unit === '%' ? 100 : 1;
      const interval = intervals[name];
      return {
        header,
        cells: [
          Number.isNaN(whole[name]) ? null : { value: factor * whole[name] },
          interval && interval.map((end) => (factor * end).toFixed(4)).join(' … '),
          unit,
        ],
      };
    }),
    notes: ['Percentile bootstrap over whole images; each resample is scored anew.'],
  };
}
