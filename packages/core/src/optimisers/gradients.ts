import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '../parameters.ts';
import type { Gradients } from './optimiser.ts';

/**
 * Value and gradients of a scalar function of the parameters.
 * @param f computes the loss; anything else that it wants to keep it must return by other means
 * @returns `gradients` by `Parameter.name`, without those that `f` does not depend on
 * @example
 * ```ts
 * import { gradientsOf, type Parameter } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const variable = tf.variable(tf.scalar(3));
 * const w: Parameter = { name: 'w', role: 'shared', decay: false, variable };
 * const { value, gradients } = gradientsOf(() => tf.square(variable) as tf.Scalar, [w]);
 * [value.arraySync(), gradients.w.arraySync()]; // → [9, 6]
 * ```
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
