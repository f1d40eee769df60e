import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '../parameters.ts';
import type { Gradients } from './optimiser.ts';

/**
 * Value and gradients of a scalar function of the parameters.
 * @param f computes the loss; anything else that it wants to keep it must return by other means
 * @param tensors further ones that `f` reads
 * @returns `gradients` by `Parameter.name`, without those that `f` does not depend on; `of` the tensors, in order
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
  tensors: readonly tf.Tensor[] = [],
): { value: tf.Scalar; gradients: Gradients; of: readonly (tf.Tensor | undefined)[] } {
  const variables = parameters.map((p) => p.variable);
  const gradients: Record<string, tf.Tensor> = {};
  if (tensors.length === 0) {
    const { value, grads } = tf.variableGrads(f, variables);
    for (const { name, variable } of parameters) {
      // TensorFlow.js numbers its variables' names; ours are stable.
      if (grads[variable.name]) gradients[name] = grads[variable.name];
    }
    return { value, gradients, of: [] };
  }
  // `tf.variableGrads` takes nothing but variables, `tf.grads` throws where `f` does not depend on one of them.
  const { value, grads } = tf.engine().gradients(f, [...variables, ...tensors], undefined, true);
  const found = grads as readonly (tf.Tensor | undefined)[];
  for (const [i, { name }] of parameters.entries()) if (found[i]) gradients[name] = found[i];
  return { value, gradients, of: found.slice(variables.length) };
}
