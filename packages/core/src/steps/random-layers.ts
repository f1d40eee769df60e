import { stream } from '@scene-mtl/data';
import { withSeed } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { isRandom } from '../layers/dropout.ts';
import type { Network } from '../network.ts';
import { float, type TrainingStep } from './step.ts';

/** Input of a step from which its random layers draw. */
const SEED = 'random-layers/seed';

/** Whole numbers below this are exact as float32. */
const SEEDS = 2 ** 24;

/** What of a step is run. */
type Run = Pick<TrainingStep, 'signature' | 'run'>;

/** A step that only looks, with random layers that draw from the same input as in {@link withRandomLayers}. */
export function drawing<S extends Run>(step: S, { model }: Pick<Network, 'model'>): S {
  if (!model.layers.some(isRandom)) return step;
  return {
    ...step,
    signature: { ...step.signature, [SEED]: float() },
    run: drawn(step.run),
  };
}

const drawn =
  (run: TrainingStep['run']): TrainingStep['run'] =>
  (inputs) => {
    const seed = tf.cast(inputs[SEED], 'int32');
    const outputs = withSeed(seed, () => run(inputs));
    seed.dispose();
    return outputs;
  };

/**
 * A training step whose network has random layers (a dropout): they draw anew in each batch, from the seed and the
 * number of the batch alone, so that a run that goes on draws what it would have drawn. A step without such layers
 * stays what it is.
 * @param seed of the run
 */
export function withRandomLayers(
  step: TrainingStep,
  network: Pick<Network, 'model'>,
  seed: number,
): TrainingStep {
  const made = drawing(step, network);
  if (made === step) return step;
  const { between } = step;
  return {
    ...made,
    ...(between && { between: { ...between, run: drawn(between.run) } }),
    inputsAt: (batch) => ({
      ...step.inputsAt(batch),
      [SEED]: Float32Array.of(stream(seed, 'random layers', batch).integer(SEEDS)),
    }),
  };
}
