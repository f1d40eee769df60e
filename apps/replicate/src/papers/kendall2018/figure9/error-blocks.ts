import { sizeOf, type Sample } from '@scene-mtl/data';
import { tasksFor } from '@scene-mtl/vision-heads';
import {
  frameErrors,
  type FrameErrorText,
  toText,
  trainedTasks,
} from '../../../measure/frame-errors.ts';
import { errorMaps, taskOrder } from '../../../measure/pixel-errors.ts';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';
import { blockMeans, packMeans } from './block-grid.ts';

/** Two tasks, in the order of the paper's columns. */
export type TaskPair = readonly [string, string];

/** The pairs of some tasks. */
export const pairsOf = (tasks: readonly string[]): TaskPair[] =>
  taskOrder
    .filter((task) => tasks.includes(task))
    .flatMap((a, i, all) => all.slice(i + 1).map((b): TaskPair => [a, b]));

/** `semantic+depth` */
export const pairName = (pair: TaskPair): string => pair.join('+');

/** Mean errors of the blocks of one pair of tasks; see `errorBlocks`. */
export type PairBlocks = {
  /** Blocks of each frame, space-separated. */
  readonly frames: string;
  /** By task: those of the pair that the network has. */
  readonly means: Readonly<Record<string, { readonly top: number; readonly data: string }>>;
};

/** What `errorBlocks` measures. */
export type ErrorBlocks = {
  /** Mean error of every frame of the split. */
  readonly frameErrors: FrameErrorText;
  /** By `pairName`: every pair that the data can judge and of which the network has a task. */
  readonly pairs: Readonly<Record<string, PairBlocks>>;
};

/** Frames of which blocks are kept, evenly over the split: its file stays near 20 kB. */
export const BLOCK_FRAMES = 32;

/**
 * Where a network is wrong, small enough to be kept: mean errors over the blocks of a frame, on the
 * pixels where the truth of two tasks is known. Since the truth alone decides which pixels and blocks
 * count, the errors of networks trained apart can be correlated like those of one network's heads.
 */
export const errorBlocks: SceneMeasurement<ErrorBlocks> = {
  name: 'error-blocks',
  version: 1,
  module: import.meta.url,
  async measure(place) {
    const known = tasksFor(place.dataset);
    const trained = trainedTasks(place);
    const pairs = pairsOf(known.map(({ name }) => name))
      .filter((pair) => pair.some((task) => trained.includes(task)))
      .map((pair) => ({ pair, counts: [] as number[], means: new Map<string, number[]>() }));
    const maskOf = (task: string, sample: Sample) => {
      const of = known.find(({ name }) => name === task);
      // No truth, no pixel counts.
      return of?.has(sample) ? of.encode(sample).mask : new Float32Array(pixelsOf(sample));
    };
    const shown = new Set(spread(place.frames, BLOCK_FRAMES));
    const frames = frameErrors(place);
    await place.each((sample, predictions) => {
      frames.add(sample, predictions);
      if (!shown.has(sample.id)) return;
      const maps = errorMaps(place.tasks, sample, predictions);
      for (const { pair, counts, means } of pairs) {
        const masks = [maskOf(pair[0], sample), maskOf(pair[1], sample)] as const;
        const of = pair.flatMap((task) => (maps[task] ? [[task, maps[task].error] as const] : []));
        of.forEach(([task, error], k) => {
          const blocks = blockMeans(error, masks, sizeOf(sample));
          if (k === 0) counts.push(blocks.length);
          means.set(task, [...(means.get(task) ?? []), ...blocks]);
        });
      }
    });
    return {
      frameErrors: toText(frames.errors),
      pairs: Object.fromEntries(
        pairs.map(({ pair, counts, means }) => [
          pairName(pair),
          {
            frames: counts.join(' '),
            means: Object.fromEntries([...means].map(([task, m]) => [task, packMeans(m)])),
          },
        ]),
      ),
    };
  },
};

const pixelsOf = (sample: Sample): number => {
  const { height, width } = sizeOf(sample);
  return height * width;
};

/** At most `count` frames, evenly over the split. */
const spread = (frames: readonly string[], count: number): string[] => {
  const n = Math.min(count, frames.length);
  return Array.from({ length: n }, (_, i) => frames[Math.floor((i * frames.length) / n)]);
};
