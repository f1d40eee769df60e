import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { StageFeatures } from '../encoders/encoder.ts';
import { mixed, type Mixed, type MixOptions } from '../layers/mix.ts';
import type { ArchitecturePlace } from './architecture.ts';
import { encoderScope, layersBetween, stageOn, trainableOf } from './parts.ts';

/** One task's own encoder in a network. */
export interface Column {
  readonly task: string;
  /** What comes out of each stage, after what was done to it there. */
  readonly stages: readonly StageFeatures[];
  /** Trainable weights of each stage, in the order in which it makes them. */
  readonly weights: readonly (readonly tf.Variable[])[];
}

/** Options of architectures that have one encoder for each task. */
export const columnOptions = {
  start: z
    .enum(['alike', 'apart'])
    .default('alike')
    .describe(
      'initial weights of the encoders: as those of one that is shared, or each drawn anew',
    ),
};

/** How columns are built. */
export interface ColumnOptions {
  readonly start: 'alike' | 'apart';
  /**
   * Couples the columns behind a stage.
   * @param i number of the stage
   * @param features its output in each column
   * @returns what the next stage of each column reads; the given ones where nothing is done
   */
  readonly couple?: (i: number, features: readonly StageFeatures[]) => readonly tf.SymbolicTensor[];
  /** Number of the last stage behind which they are coupled; absent: none is. */
  readonly lastCoupled?: number;
}

/**
 * Builds an encoder for each task, `<task>/encoder/…`, side by side, stage by stage. A column's stage is its task's
 * own behind the last place where columns are coupled, and shared before, where other tasks read of it.
 */
export function columnsOf(
  { input, encoder, heads, seed }: ArchitecturePlace,
  { start, couple, lastCoupled = -1 }: ColumnOptions,
): Column[] {
  const tasks = heads.map(({ name }) => name);
  const columns = tasks.map((task) => ({
    task,
    at: input,
    stages: [] as StageFeatures[],
    weights: [] as tf.Variable[][],
  }));
  for (const [i, stage] of encoder.stages.entries()) {
    const made = columns.map(({ task, at, weights }) => {
      const scope = encoderScope([task], tasks, seed);
      const own = stageOn(stage, at, {
        ...scope,
        ...(start === 'alike' && { drawnAs: encoderScope(tasks, tasks, seed).name }),
        ...(i <= lastCoupled && { owner: 'shared' as const }),
      });
      weights.push(trainableOf(layersBetween(at, own.features)));
      return own;
    });
    const next = couple?.(i, made) ?? made.map(({ features }) => features);
    for (const [c, column] of columns.entries()) {
      column.at = next[c];
      column.stages.push({ ...made[c], features: next[c] });
    }
  }
  return columns;
}

/**
 * What the columns give behind a stage, mixed: a sum of all for each, with coefficients that belong to none.
 * @param made the stage's output in each column
 */
export const stitched = (
  made: readonly StageFeatures[],
  stage: string,
  seed: number,
  options: Omit<MixOptions, 'outputs'>,
): Mixed =>
  mixed(
    made.map(({ features }) => features),
    { name: `between/${stage}`, seed, owner: 'between' },
    { outputs: made.length, ...options },
  );
