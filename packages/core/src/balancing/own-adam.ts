import * as tf from '@tensorflow/tfjs';
import { either } from './vectors.ts';

/** Constants of Kingma & Ba 2015, section 2. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** An optimiser of a balancer's own weights, with the state that it keeps. */
export interface OwnAdam {
  readonly state: Readonly<Record<string, tf.Variable>>;
  /**
   * Assigns `values − rate · m̂/(√v̂ + ε)`.
   * @param gradient `[K]`
   * @param moving `[K]`, 1 or 0: entries at 0 keep their value, moments and count of steps
   */
  step(values: tf.Variable<tf.Rank.R1>, gradient: tf.Tensor1D, moving: tf.Tensor1D): void;
}

/**
 * Adam for weights that no backward pass reaches, as the methods that learn them apart from the network
 * have it; decay is added to the gradient, as in `torch.optim.Adam`. An objective without a label in a
 * batch has no step in it.
 */
export function ownAdam(
  size: number,
  { rate, weightDecay = 0 }: { readonly rate: number; readonly weightDecay?: number },
): OwnAdam {
  const zeros = () => tf.variable<tf.Rank.R1>(tf.zeros([size]), false);
  // What is divided by, 1 − βᵗ, is itself a moving mean of ones: exact in float32, unlike βᵗ near 1.
  const [first, second, firstOnes, secondOnes] = [zeros(), zeros(), zeros(), zeros()];
  const moved = (
    average: tf.Variable<tf.Rank.R1>,
    beta: number,
    value: tf.Tensor | number,
    moving: tf.Tensor1D,
  ): tf.Tensor1D => {
    const next = tf.add(tf.mul(average, beta), tf.mul(value, 1 - beta));
    const kept = either<tf.Tensor1D>(moving, next, average);
    average.assign(kept);
    return kept;
  };
  return {
    state: {
      'adam/first': first,
      'adam/second': second,
      'adam/firstOnes': firstOnes,
      'adam/secondOnes': secondOnes,
    },
    step(values, gradient, moving) {
      const g = tf.add<tf.Tensor1D>(gradient, tf.mul(values, weightDecay));
      const m = moved(first, BETA1, g, moving);
      const v = moved(second, BETA2, tf.square(g), moving);
      const mHat = tf.div(m, tf.maximum(moved(firstOnes, BETA1, 1, moving), EPSILON));
      const vHat = tf.div(v, tf.maximum(moved(secondOnes, BETA2, 1, moving), EPSILON));
      const change = tf.mul(tf.div(mHat, tf.add(tf.sqrt(vHat), EPSILON)), rate);
      values.assign(tf.sub(values, tf.mul(change, moving)));
    },
  };
}
