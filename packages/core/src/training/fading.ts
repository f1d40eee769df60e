import * as tf from '@tensorflow/tfjs';
import type { Objective } from '../objective.ts';
import type { TrainingStep } from '../steps/step.ts';
import { stopGradient } from '../stop-gradient.ts';

/** When an objective is no longer trained on, by a metric of its own. */
export interface StoppingPolicy {
  /** Evaluations in a row without a better value, from 1, after which it stops. */
  readonly patience: number;
  /** Steps over which its factor falls from 1 to 0 on a line; 0: at once. */
  readonly fade: number;
  /** Least change that counts as better, as a share of the best value so far. */
  readonly leastGain: number;
}

/** An objective with the metric that it is stopped by. */
export interface WatchedObjective {
  readonly objective: string;
  /** Its name among those that an evaluation gives. */
  readonly metric: string;
  readonly better: 'higher' | 'lower';
}

/** Which objectives are no longer trained on. */
export interface Fading {
  /** Takes in an evaluation after `step` steps; a metric that is not finite, or not there, says nothing. */
  observe(step: number, metrics: Readonly<Record<string, number | null | undefined>>): void;
  /** How much of an objective's gradient counts in step `i`, counted from 0: 1 … 0. */
  factor(objective: string, i: number): number;
  /** By objective, the steps done when it was stopped; those that go on are not among them. */
  stopped(): Readonly<Record<string, number>>;
}

/**
 * Stops objectives one by one, each once, when its own metric has not been better for some evaluations. The
 * last one that is left goes on. What is stopped when is a function of the evaluations, so that a run which goes
 * on after an interruption shows it those again and is where it was.
 * @example
 * ```ts
 * import { fadingOf } from '@scene-mtl/core';
 * const watched = [
 *   { objective: 'depth', metric: 'depth/rms', better: 'lower' },
 *   { objective: 'edges', metric: 'edges/f', better: 'higher' },
 * ] as const;
 * const fading = fadingOf(watched, { patience: 1, fade: 10, leastGain: 0 });
 * fading.observe(100, { 'depth/rms': 0.5, 'edges/f': 60 });
 * fading.observe(200, { 'depth/rms': 0.6, 'edges/f': 70 });
 * [fading.factor('depth', 200), fading.factor('depth', 205), fading.factor('depth', 300)]; // → [1, 0.5, 0]
 * fading.factor('edges', 300); // → 1
 * ```
 */
export function fadingOf(
  watched: readonly WatchedObjective[],
  { patience, fade, leastGain }: StoppingPolicy,
): Fading {
  const best = new Map<string, number>();
  const since = new Map<string, number>();
  const stopped = new Map<string, number>();
  const isBetter = (value: number, than: number, better: 'higher' | 'lower'): boolean => {
    const gain = better === 'higher' ? value - than : than - value;
    return gain > leastGain * Math.abs(than);
  };
  return {
    observe(step, metrics) {
      for (const { objective, metric, better } of watched) {
        const value = metrics[metric];
        if (stopped.has(objective) || typeof value !== 'number' || !Number.isFinite(value))
          continue;
        const before = best.get(objective);
        if (before === undefined || isBetter(value, before, better)) {
          best.set(objective, value);
          since.set(objective, 0);
          continue;
        }
        const waited = (since.get(objective) ?? 0) + 1;
        since.set(objective, waited);
        if (waited >= patience && stopped.size < watched.length - 1) stopped.set(objective, step);
      }
    },
    factor(objective, i) {
      const at = stopped.get(objective);
      if (at === undefined) return 1;
      return fade === 0 ? 0 : Math.min(1, Math.max(0, 1 - (i - at) / fade));
    },
    stopped: () => Object.fromEntries(stopped),
  };
}

/** Array of an objective's factor, the same for every example. */
const factorOf = (name: string): string => `fade/${name}`;

/**
 * An objective whose gradient has a factor that a run may change, see {@link withFading}: its value stays what it
 * is, so that logs and balancers see the same loss, and what it asks of the weights is multiplied. At 0 it counts as
 * absent from the batch, for every balancer alike.
 */
export const faded = (objective: Objective): Objective => ({
  ...objective,
  arrays: { ...objective.arrays, [factorOf(objective.name)]: [] },
  loss(forward, batch) {
    const { value, present } = objective.loss(forward, batch);
    const factor = tf.reshape<tf.Rank.R0>(tf.slice(batch[factorOf(objective.name)], 0, 1), []);
    const still = tf.mul(tf.sub(1, factor), value);
    return {
      value: tf.add<tf.Scalar>(tf.mul(factor, value), stopGradient(still)),
      present: tf.mul<tf.Scalar>(present, tf.cast(tf.greater(factor, 0), 'float32')),
    };
  },
});

/** A step of {@link faded} objectives that gets their factors from what was stopped. */
export function withFading(step: TrainingStep, fading: Pick<Fading, 'factor'>): TrainingStep {
  const inputs = Object.entries(step.signature).flatMap(([input, { shape }]) => {
    const [, objective] = /(?:^|\/)fade\/(.*)$/.exec(input) ?? [];
    return objective === undefined ? [] : [{ input, objective, size: shape[0] }];
  });
  return {
    ...step,
    inputsAt(batch) {
      const i = Math.floor(batch / step.batchesPerStep);
      const all: Record<string, Float32Array> = { ...step.inputsAt(batch) };
      for (const { input, objective, size } of inputs) {
        all[input] = new Float32Array(size).fill(fading.factor(objective, i));
      }
      return all;
    },
  };
}
