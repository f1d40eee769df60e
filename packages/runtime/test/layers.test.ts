import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile, type CompileOptions } from '../src/index.ts';
import { numbers } from './examples.ts';
import { models } from './models.ts';

// Not IS_TEST: its leak check counts what tf.losses.softmaxCrossEntropy saves for its gradient.
tf.env().set('PROD', true);
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

const { layers } = tf;
/** Fixed weights, the same for two models of one architecture. */
function fill(model: tf.LayersModel): void {
  model.weights.forEach((weight, i) => {
    const positive = /variance|gamma/.test(weight.originalName);
    const shape = weight.shape as number[];
    weight.write(
      tf.tensor(numbers(i + 1, shape, positive ? 0.5 : -0.3, positive ? 1.5 : 0.3), shape),
    );
  });
}

/** A training step of a model: mean of squares against a fixed target, by `tf.train.adam`. */
function trainingStep(
  model: tf.LayersModel,
): (inputs: Record<string, tf.Tensor>) => { loss: tf.Tensor } {
  const optimiser = tf.train.sgd(0.05);
  const trained = model.trainableWeights.map((w) => w.read() as tf.Variable);
  return ({ x }) => ({
    loss: optimiser.minimize(
      () => {
        const y = model.apply(x, { training: true }) as tf.Tensor;
        return tf.mean(tf.square(tf.sub(y, 0.3)));
      },
      true,
      trained.length > 0 ? trained : [anchor()],
    ) as tf.Tensor,
  });
}

/** Something to differentiate for a model without weights of its own. */
const anchor = () =>
  Object.values(
    (tf.engine() as unknown as { registeredVariables: Record<string, tf.Variable> })
      .registeredVariables,
  )[0];

async function trained(model: tf.LayersModel, shape: number[], options: CompileOptions) {
  const full = [2, ...shape];
  const step = await compile(
    trainingStep(model),
    { x: { shape: full, dtype: 'float32' } } as const,
    {
      threads: 1,
      ...options,
    },
  );
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) {
    losses.push((await step.run({ x: Float32Array.from(numbers(i + 10, full)) })).loss[0]);
  }
  await step.pull();
  await step.dispose();
  return {
    losses,
    weights: model.weights.map((w) => [w.originalName, w.read().dataSync().slice()] as const),
  };
}

describe('three training steps, captured against eager: losses, weights, moving averages', () => {
  test.each(Object.entries(models))('%s', async (_, { shape, make }) => {
    const build = (): tf.LayersModel => {
      // A dense or convolution in front gives every model a weight whose gradient passes through.
      const input = tf.input({ shape });
      const first = layers.dense({ units: shape.at(-1) as number }).apply(input);
      const output = make().reduce(
        (x, layer) => layer.apply(x) as tf.SymbolicTensor,
        first as tf.SymbolicTensor,
      );
      const model = tf.model({ inputs: input, outputs: output });
      fill(model);
      return model;
    };
    const eager = await trained(build(), shape, { engine: 'cpu' });
    for (const options of [{}, { block: 0 }]) {
      const captured = await trained(build(), shape, options);
      expect(captured.losses).toBeAllClose(eager.losses, { rtol: 1e-3, atol: 1e-5 });
      captured.weights.forEach(([, values], i) => {
        expect(values).toBeAllClose(eager.weights[i][1], { rtol: 1e-3, atol: 1e-4 });
      });
    }
  });

  test('batch normalisation of images is the textbook one, moving averages as in TensorFlow.js', () => {
    const x = tf.tensor4d(numbers(1, [2, 3, 2, 2]), [2, 3, 2, 2]);
    const layer = layers.batchNormalization({ momentum: 0.9, epsilon: 1e-3 });
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const expected = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3)));
    expect(y.dataSync()).toBeAllClose(expected.dataSync(), { atol: 1e-5 });
    // gamma, beta, moving mean from 0, moving variance from 1.
    const [, , movingMean, movingVariance] = layer.getWeights();
    expect(movingMean.dataSync()).toBeAllClose(tf.mul(mean, 0.1).dataSync());
    const moved = tf.add(0.9, tf.mul(variance, 0.1));
    expect(movingVariance.dataSync()).toBeAllClose(moved.dataSync());
  });

  test('a graph of add, concatenate, multiply, average, maximum and dot layers', async () => {
    const build = () => {
      const input = tf.input({ shape: [5] });
      const a = layers.dense({ units: 4 }).apply(input) as tf.SymbolicTensor;
      const b = layers.dense({ units: 4, activation: 'relu' }).apply(input) as tf.SymbolicTensor;
      const all = [
        layers.add().apply([a, b]),
        layers.multiply().apply([a, b]),
        layers.average().apply([a, b]),
        layers.maximum().apply([a, b]),
        layers.minimum().apply([a, b]),
        layers.dot({ axes: 1 }).apply([a, b]),
      ] as tf.SymbolicTensor[];
      const y = layers.concatenate().apply(all) as tf.SymbolicTensor;
      const model = tf.model({
        inputs: input,
        outputs: layers.dense({ units: 1 }).apply(y) as tf.SymbolicTensor,
      });
      fill(model);
      return model;
    };
    const eager = await trained(build(), [5], { engine: 'cpu' });
    const captured = await trained(build(), [5], {});
    expect(captured.losses).toBeAllClose(eager.losses, { rtol: 1e-3 });
  });

  test('an embedding, whose gradient adds up repeated rows', async () => {
    const run = async (options: CompileOptions) => {
      const model = tf.sequential({
        layers: [
          layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 5 }),
          layers.flatten(),
          layers.dense({ units: 1 }),
        ],
      });
      fill(model);
      const optimiser = tf.train.sgd(0.1);
      const step = await compile(
        ({ ids }) => ({
          loss: optimiser.minimize(
            () => tf.mean(tf.square(model.apply(ids) as tf.Tensor)),
            true,
          ) as tf.Tensor,
        }),
        { ids: { shape: [4, 5], dtype: 'int32' } } as const,
        { threads: 1, ...options },
      );
      const ids = Int32Array.from(numbers(3, [4, 5], 0, 7).map(Math.floor));
      const losses = [];
      for (let i = 0; i < 3; i++) losses.push((await step.run({ ids })).loss[0]);
      await step.pull();
      await step.dispose();
      const table = model.weights[0].read().dataSync().slice();
      tf.disposeVariables();
      return { losses, table };
    };
    const [eager, captured] = [await run({ engine: 'cpu' }), await run({})];
    expect(captured.losses).toBeAllClose(eager.losses, { rtol: 1e-4 });
    expect(captured.table).toBeAllClose(eager.table, { atol: 1e-5 });
  });

  test('group normalisation written as ops', async () => {
    const step = ({ x, gamma, beta }: Record<string, tf.Tensor>) => {
      const groups = (t: tf.Tensor) => {
        const cells = t.reshape([2, 4 * 5, 4, 4]);
        const { mean, variance } = tf.moments(cells, [1, 3], true);
        const normal = tf.div(tf.sub(cells, mean), tf.sqrt(tf.add(variance, 1e-5)));
        return tf.add(tf.mul(normal.reshape(t.shape), gamma), beta);
      };
      return { y: groups(x), dx: tf.grad((t) => tf.sum(tf.square(tf.sub(groups(t), 1))))(x) };
    };
    const signature = {
      x: { shape: [2, 4, 5, 16], dtype: 'float32' },
      gamma: { shape: [16], dtype: 'float32' },
      beta: { shape: [16], dtype: 'float32' },
    } as const;
    const inputs = {
      x: Float32Array.from(numbers(1, [2, 4, 5, 16])),
      gamma: Float32Array.from(numbers(2, [16])),
      beta: Float32Array.from(numbers(3, [16])),
    };
    const eager = await (await compile(step, signature, { engine: 'cpu' })).run(inputs);
    const captured = await (await compile(step, signature, { threads: 1 })).run(inputs);
    expect(captured.y).toBeAllClose(eager.y, { rtol: 1e-3, atol: 1e-4 });
    expect(captured.dx).toBeAllClose(eager.dx, { rtol: 1e-3, atol: 1e-3 });
  });

  test('every loss of tf.losses and its gradient', async () => {
    const step = ({ a, b, w }: Record<string, tf.Tensor>) => {
      const prob = (t: tf.Tensor) => tf.sigmoid(t);
      const losses: Record<string, (p: tf.Tensor) => tf.Tensor> = {
        absolute: (p) => tf.losses.absoluteDifference(b, p, w),
        cosine: (p) => tf.losses.cosineDistance(b, p, 1),
        hinge: (p) => tf.losses.hingeLoss(prob(b), p),
        huber: (p) => tf.losses.huberLoss(b, p, undefined, 0.5),
        log: (p) => tf.losses.logLoss(prob(b), prob(p)),
        squared: (p) => tf.losses.meanSquaredError(b, p, w),
        sigmoid: (p) => tf.losses.sigmoidCrossEntropy(prob(b), p),
        softmax: (p) => tf.losses.softmaxCrossEntropy(tf.softmax(b), p),
        weighted: (p) => tf.losses.computeWeightedLoss(p, w, tf.Reduction.MEAN),
      };
      return Object.fromEntries(
        Object.entries(losses).flatMap(([name, f]) => [
          [name, f(a)],
          [`d ${name}`, tf.grad((t) => f(t).sum())(a)],
        ]),
      );
    };
    const spec = { shape: [3, 4], dtype: 'float32' } as const;
    const signature = { a: spec, b: spec, w: spec };
    const inputs = Object.fromEntries(
      ['a', 'b', 'w'].map((k, i) => [
        k,
        Float32Array.from(numbers(i + 1, [3, 4], k === 'w' ? 0 : -2)),
      ]),
    );
    const eager = await (await compile(step, signature, { engine: 'cpu' })).run(inputs as never);
    const captured = await (await compile(step, signature, { threads: 1 })).run(inputs as never);
    for (const name of Object.keys(eager))
      expect([name, ...captured[name]].slice(1)).toBeAllClose(eager[name], {
        rtol: 1e-3,
        atol: 1e-5,
      });
  });
});
