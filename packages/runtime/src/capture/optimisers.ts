import type * as tf from '@tensorflow/tfjs';

/**
 * The numbers of `tf.train` optimisers, which a captured step holds as constants: the learning rate,
 * momentum, decay.
 */

type Settings = ReadonlyMap<string, number>;

/** What an optimiser counts by itself; no step computes with it. */
const COUNT = 'iterations_';

const settingsOf = (optimiser: tf.Optimizer): Settings =>
  new Map(
    Object.entries(optimiser).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0] !== COUNT,
    ),
  );

/**
 * Notes the settings of some optimisers.
 * @returns a check that throws where one of them has changed since
 */
export function settingsGuard(optimisers: Iterable<tf.Optimizer>): () => void {
  const noted = [...new Set(optimisers)].map((one) => [one, settingsOf(one)] as const);
  return () => {
    for (const [optimiser, settings] of noted) {
      for (const [name, now] of settingsOf(optimiser)) {
        const then = settings.get(name);
        if (Object.is(now, then)) continue;
        throw new Error(
          `run: ${optimiser.getClassName()}'s ${name} is ${now} now, but was ${String(then)} at ` +
            'compile, which made it a constant of the step; give a rate that changes as an input, ' +
            'applyGradientsAtRate(optimiser, gradients, rate), or compile again',
        );
      }
    }
  };
}

/** Optimisers count their steps in JavaScript, for `getWeights`. */
export const countStep = (optimiser: tf.Optimizer): void =>
  (optimiser as unknown as { incrementIterations(): void }).incrementIterations();
