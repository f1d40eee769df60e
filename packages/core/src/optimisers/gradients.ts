import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '../parameters.ts';
import type { Gradients } from './optimiser.ts';

/**
 * Value and gradients of a scalar function of the parameters.
 * @param f computes the loss; anything else that it wants to keep it must return by other means
 * @returns `gradients` by `Parameter.name`, without those that `f` does not depend on
 */
export function gradientsOf(
  f: () => tf.Scalar,
  parameters: readonly Parameter[],
): { value: tf.Scalar; gradients: Gradients } {
  const { value, grads } = tf.variableGrads(
    f,
    parameters.map((p) => p.variable),
  );
  const gradients: Record<string, tf.Tensor> = {};
  for (const { name, variable } of parameters) {
    // TensorFlow.js numbers its variables' names; ours are stable.
    if (grads[variable.name]) gradients[name] = grads[variable.name];
  }
  return { value, gradients };
}
