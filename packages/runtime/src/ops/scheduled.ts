import * as tf from '@tensorflow/tfjs';

/**
 * Applies gradients by a `tf.train` optimiser at a learning rate that is a tensor, so that it can
 * be an input of a compiled step. (On its own an optimiser keeps its rate as a number, which a
 * captured step holds as a constant.)
 *
 * Each variable gets `w ← w + (rate / r) · Δ`, Δ the change that the optimiser would make at its own
 * rate r: it is asked for the change of variables at zero, so Δ has no rounding of w in it.
 *
 * The same as setting the rate, for SGD, Momentum, Adagrad, Adadelta, Adam, Adamax, and RMSProp
 * without momentum. RMSProp with momentum keeps the rate inside its velocity: there a change of
 * the rate acts at once on the whole velocity, as in PyTorch.
 *
 * @param optimizer of `tf.train`; its own rate must not be 0
 * @param gradients by variable name, as `tf.variableGrads` gives them
 * @param rate float32 scalar
 * @throws when the optimiser has no rate or rate 0, or a name is no variable's
 */
export function applyGradientsAtRate(
  optimizer: tf.Optimizer,
  gradients: tf.NamedTensorMap,
  rate: tf.Tensor,
): void {
  const own = (optimizer as unknown as { learningRate?: number }).learningRate;
  if (!own) {
    throw new Error(
      `applyGradientsAtRate: expected an optimiser with a learning rate other than 0, got ${String(own)}; ` +
        'create it with rate 1',
    );
  }
  const { registeredVariables } = tf.engine() as unknown as {
    registeredVariables: Record<string, tf.Variable | undefined>;
  };
  tf.tidy(() => {
    const held = Object.keys(gradients).map((name) => {
      const variable = registeredVariables[name];
      if (!variable) throw new Error(`applyGradientsAtRate: no variable is named '${name}'`);
      return { variable, value: variable.clone() };
    });
    for (const { variable, value } of held) variable.assign(tf.zerosLike(value));
    optimizer.applyGradients(gradients);
    const factor = tf.div(rate, own);
    for (const { variable, value } of held) {
      variable.assign(tf.add(value, tf.mul(variable, factor)));
    }
  });
}
