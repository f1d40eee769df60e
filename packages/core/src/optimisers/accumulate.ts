import * as tf from '@tensorflow/tfjs';
import type { Optimiser } from './optimiser.ts';

/**
 * Gradient accumulation: the mean gradient of `count` batches, then one step of `inner`. `apply`
 * must be 1 at every `count`-th call and 0 before. The result equals one step on the joined batch,
 * but for batch normalisation, whose statistics are those of each batch.
 *
 * Between two steps nothing of `inner` or of the parameters changes, bit by bit.
 * @param count batches per step, at least 2
 * @example
 * ```ts
 * import { accumulated, sgd, type Parameter } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const variable = tf.variable(tf.tensor1d([1]));
 * const w: Parameter = { name: 'w', role: 'shared', decay: false, variable };
 * const optimiser = accumulated(sgd([w], { momentum: 0 }), 2);
 * const rates = { network: tf.scalar(0.1), weighting: tf.scalar(0) };
 * optimiser.update({ w: tf.tensor1d([2]) }, rates, tf.scalar(0));
 * variable.arraySync(); // → [1.0]
 * optimiser.update({ w: tf.tensor1d([6]) }, rates, tf.scalar(1));
 * variable.arraySync(); // → [0.6]
 * ```
 */
export function accumulated(inner: Optimiser, count: number): Optimiser {
  if (!Number.isInteger(count) || count < 2) {
    throw new Error(`accumulated: expected a whole number of batches, at least 2, got ${count}`);
  }
  const { parameters } = inner;
  const sums = Object.fromEntries(
    parameters.map((p) => [p.name, tf.variable(tf.zerosLike(p.variable), false)]),
  );
  const changed = [...parameters.map((p) => p.variable), ...Object.values(inner.state)];
  const prefixed = Object.entries(sums).map(([name, v]) => [`accumulated/${name}`, v] as const);
  return {
    name: `${inner.name}-accumulated`,
    parameters,
    batchesPerStep: count * inner.batchesPerStep,
    state: { ...inner.state, ...Object.fromEntries(prefixed) },
    update: (gradients, rates, apply) =>
      tf.tidy(() => {
        const mean: Record<string, tf.Tensor> = {};
        for (const { name } of parameters) {
          const g = gradients[name];
          mean[name] = g ? tf.add(sums[name], tf.div(g, count)) : tf.clone(sums[name]);
        }
        const before = changed.map((variable) => tf.clone(variable));
        const norms = inner.update(mean, rates, apply);
        const waiting = tf.sub(1, apply);
        // apply · new + (1 − apply) · old is exact at 0 and 1, unlike old + apply · (new − old).
        for (const [i, variable] of changed.entries()) {
          variable.assign(tf.add(tf.mul(apply, variable), tf.mul(waiting, before[i])));
        }
        for (const { name } of parameters) sums[name].assign(tf.mul(mean[name], waiting));
        return norms;
      }),
  };
}
