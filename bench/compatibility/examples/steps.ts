import * as tf from '@tensorflow/tfjs';
import type { Program } from '../subject.ts';
import { normals, seedWeights, stepping, type OwnStep } from './example.ts';

const { layers } = tf;
const float = (...shape: number[]) => ({ shape, dtype: 'float32' as const });

/** Variables of the optimiser's slots are not compared: what they lead to is. */
const stateOf = (variables: Readonly<Record<string, tf.Variable>>) => () => ({ ...variables });
const listed = (gradients: tf.NamedTensorMap) =>
  Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
const weightsOf =
  (...models: tf.LayersModel[]) =>
  () =>
    Object.fromEntries(
      models.flatMap((model, m) =>
        model.weights.map((weight, w) => [`model ${m} weight ${w}`, weight.read()]),
      ),
    );

/** a·x³ + b·x² + c·x + d from points. */
function cubic(): Program {
  const names = ['a', 'b', 'c', 'd'] as const;
  const start = { a: 0.3, b: -0.2, c: 0.7, d: 0.1 };
  const variables = Object.fromEntries(
    names.map((name) => [name, tf.variable(tf.scalar(start[name]))]),
  ) as Record<(typeof names)[number], tf.Variable>;
  const optimiser = tf.train.sgd(0.05);
  const { a, b, c, d } = variables;
  return {
    inputs: { x: float(100), y: float(100) },
    step({ x, y }) {
      const predicted = () =>
        a
          .mul(x.pow(tf.scalar(3, 'int32')))
          .add(b.mul(x.square()))
          .add(c.mul(x))
          .add(d);
      const loss = () => predicted().sub(y).square().mean<tf.Scalar>();
      return { loss: optimiser.minimize(loss, true, Object.values(variables)) as tf.Scalar };
    },
    state: stateOf(variables),
  };
}

/** Digits by ops alone. */
function coreDigits(): Program {
  const variables = {
    first: tf.variable(normals([5, 5, 1, 8], 'first')),
    second: tf.variable(normals([5, 5, 8, 16], 'second')),
    matrix: tf.variable(normals([7 * 7 * 16, 10], 'matrix')),
    bias: tf.variable(tf.zeros([10])),
  };
  const optimiser = tf.train.sgd(0.1);
  const stage = (x: tf.Tensor4D, filter: tf.Variable) =>
    x
      .conv2d(filter as unknown as tf.Tensor4D, 1, 'same')
      .relu()
      .maxPool<tf.Tensor4D>([2, 2], 2, 0);
  return {
    inputs: { x: float(16, 784), y: float(16, 10) },
    step({ x, y }) {
      const loss = () => {
        const images = x.reshape<tf.Tensor4D>([-1, 28, 28, 1]);
        const features = stage(stage(images, variables.first), variables.second);
        const logits = features
          .reshape([-1, variables.matrix.shape[0]])
          .matMul(variables.matrix)
          .add(variables.bias);
        return tf.losses.softmaxCrossEntropy(y, logits).mean<tf.Scalar>();
      };
      return { loss: optimiser.minimize(loss, true, Object.values(variables)) as tf.Scalar };
    },
    state: stateOf(variables),
  };
}

/** A variational autoencoder of images of clothes; its noise is an input, or drawn in the step. */
const autoencoder = (drawn: boolean) => (): Program => {
  const [pixels, hidden, latent, batch] = [784, 256, 2, 16];
  const image = tf.input({ shape: [pixels] });
  const middle = layers.dense({ units: hidden, activation: 'relu' }).apply(image);
  const [mean, logVariance] = [0, 1].map(
    () => layers.dense({ units: latent }).apply(middle) as tf.SymbolicTensor,
  );
  const encoder = tf.model({ inputs: image, outputs: [mean, logVariance] });
  const decoder = tf.sequential({
    layers: [
      layers.dense({ units: hidden, activation: 'relu', inputShape: [latent] }),
      layers.dense({ units: pixels, activation: 'sigmoid' }),
    ],
  });
  [encoder, decoder].forEach(seedWeights);
  const optimiser = tf.train.adam();
  return {
    inputs: { x: float(batch, pixels), ...(!drawn && { noise: float(batch, latent) }) },
    step({ x, noise }) {
      const loss = () => {
        const [mu, logVar] = encoder.apply(x) as tf.Tensor[];
        const epsilon = drawn ? tf.randomNormal([batch, latent]) : noise;
        const decoded = decoder.apply(mu.add(logVar.mul(0.5).exp().mul(epsilon))) as tf.Tensor;
        const off = tf.losses.meanSquaredError(x, decoded).mul(pixels);
        const divergence = logVar.add(1).sub(mu.square()).sub(logVar.exp()).sum(-1).mul(-0.5);
        return off.add(divergence).mean<tf.Scalar>();
      };
      return { loss: optimiser.minimize(loss, true)! };
    },
    state: weightsOf(encoder, decoder),
  };
};

/** Deep Q-learning of a snake: a network that learns from a slower copy of itself. */
function snake(): Program {
  const [batch, size, actions] = [8, 9, 3];
  const network = () => {
    const conv = (filters: number, more = {}) =>
      layers.conv2d({ filters, kernelSize: 3, activation: 'relu', ...more });
    const model = tf.sequential({
      layers: [
        ...[conv(32, { inputShape: [size, size, 2] }), layers.batchNormalization()],
        ...[conv(64), layers.batchNormalization(), conv(64), layers.flatten()],
        layers.dense({ units: 100, activation: 'relu' }),
        layers.dropout({ rate: 0.25 }),
        layers.dense({ units: actions }),
      ],
    });
    seedWeights(model);
    return model;
  };
  const [online, target] = [network(), network()];
  target.trainable = false;
  const optimiser = tf.train.adam(0.001);
  return {
    inputs: {
      state: float(batch, size, size, 2),
      next: float(batch, size, size, 2),
      ...{ action: { shape: [batch], dtype: 'int32' }, reward: float(batch), done: float(batch) },
      seed: { shape: [], dtype: 'int32' },
    },
    step({ state, next, action, reward, done }) {
      const loss = () => {
        const values = (online.apply(state, { training: true }) as tf.Tensor)
          .mul(tf.oneHot(action, actions))
          .sum(-1);
        const best = (target.predict(next) as tf.Tensor).max(-1);
        const wanted = reward.add(best.mul(tf.scalar(1).sub(done)).mul(0.99));
        return tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(wanted, values);
      };
      const { value, grads } = tf.variableGrads(loss);
      optimiser.applyGradients(listed(grads));
      return { loss: value };
    },
    state: weightsOf(online),
  };
}

/** Gradients of a policy for the action that it took, by a number that is an input or drawn in the step. */
const cartPole = (drawn: boolean) => (): Program => {
  const policy = tf.sequential({
    layers: [
      layers.dense({ units: 4, activation: 'elu', inputShape: [4] }),
      layers.dense({ units: 1 }),
    ],
  });
  seedWeights(policy);
  const optimiser = tf.train.adam(0.05);
  return {
    inputs: { state: float(1, 4), ...(!drawn && { number: float(1, 1) }) },
    step({ state, number }) {
      const loss = () => {
        const logits = policy.apply(state) as tf.Tensor2D;
        const left = tf.sigmoid(logits);
        const action = drawn
          ? tf.multinomial(tf.concat([left, tf.sub(1, left)], 1), 1, undefined, true)
          : tf.greater(number, left);
        return tf.losses.sigmoidCrossEntropy(tf.sub(1, tf.cast(action, 'float32')), logits);
      };
      const { value, grads } = tf.variableGrads(() => loss().asScalar());
      optimiser.applyGradients(listed(grads));
      return { loss: value };
    },
    state: weightsOf(policy),
  };
};

function classifier(): tf.Sequential {
  const conv = (filters: number, more = {}) =>
    layers.conv2d({ filters, kernelSize: 3, activation: 'relu', padding: 'same', ...more });
  const pool = () => layers.maxPooling2d({ poolSize: 2, strides: 2 });
  const model = tf.sequential({
    layers: [
      ...[conv(8, { inputShape: [32, 32, 3] }), conv(8), pool(), conv(16), conv(16), pool()],
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  seedWeights(model);
  return model;
}

/** The image that excites a filter most, a step up the gradient. */
function excitingImage(): Program {
  const model = classifier();
  const seen = tf.model({ inputs: model.inputs, outputs: model.layers[4].output });
  return {
    inputs: { image: float(1, 32, 32, 3) },
    step({ image }) {
      const excitement = (x: tf.Tensor) =>
        tf.gather(seen.apply(x, { training: true }) as tf.Tensor, [3], 3);
      const gradient = tf.grad(excitement)(image);
      const size = tf.sqrt(tf.mean(tf.square(gradient))).add(tf.backend().epsilon());
      return { image: image.add(gradient.div(size)) };
    },
  };
}

/** Where a network looks: activations weighed by the mean gradients of their channels. */
function whereItLooks(): Program {
  const model = classifier();
  const last = model.layers[4];
  const lower = tf.model({ inputs: model.inputs, outputs: last.output });
  return {
    inputs: { image: float(1, 32, 32, 3) },
    step({ image }) {
      const upper = (x: tf.Tensor) => {
        const outputs = model.layers.slice(5).reduce((y, layer) => layer.apply(y) as tf.Tensor, x);
        return tf.gather(outputs, [7], 1);
      };
      const activations = lower.apply(image) as tf.Tensor;
      const weights = tf.mean(tf.grad(upper)(activations), [0, 1, 2]);
      const map = tf.relu(tf.sum(tf.mul(activations, weights), -1));
      const shown = tf.image.resizeBilinear(
        tf.expandDims<tf.Tensor4D>(tf.div(map, tf.max(map)), -1),
        [32, 32],
      );
      return { map: shown };
    },
  };
}

/** Steps that their programs write themselves. */
const table: readonly OwnStep[] = [
  { id: 'polynomial-regression-core', build: cubic },
  { id: 'mnist-core', build: coreDigits, kinds: { x: 'pixels', y: 'one-hot' } },
  { id: 'fashion-mnist-vae', build: autoencoder(false), kinds: { x: 'pixels' } },
  {
    id: 'fashion-mnist-vae, noise drawn in the step',
    build: autoencoder(true),
    kinds: { x: 'pixels' },
  },
  {
    ...{ id: 'snake-dqn', build: snake },
    kinds: { action: { below: 3 }, done: { below: 2 }, seed: { below: 1000 } },
  },
  { id: 'cart-pole', build: cartPole(false), kinds: { number: 'pixels' } },
  { id: 'cart-pole, action drawn in the step', build: cartPole(true) },
  { id: 'visualize-convnet, filters', build: excitingImage, kinds: { image: 'pixels' } },
  { id: 'visualize-convnet, class activation', build: whereItLooks, kinds: { image: 'pixels' } },
];

export const ownSteps = table.map(stepping);
