import { afterAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compileModel, type CompiledModel } from '../src/index.ts';

/**
 * Each training is done twice: by the model itself, eagerly, and compiled, on a copy with the same weights. Without
 * shuffling and random layers both see the same numbers, up to the rounding of float32.
 */

const open: CompiledModel[] = [];
afterAll(async () => {
  for (const one of open) await one.dispose();
});

const compiled = async (model: tf.LayersModel, seed?: number): Promise<CompiledModel> => {
  const made = await compileModel(model, { threads: 1, ...(seed !== undefined && { seed }) });
  open.push(made);
  return made;
};

const weight = (seed: number) => tf.initializers.glorotNormal({ seed });
const dense = (units: number, seed: number, more: object = {}) =>
  tf.layers.dense({ units, kernelInitializer: weight(seed), ...more });

const x = tf.randomNormal<tf.Rank.R2>([22, 3], 0, 1, 'float32', 4);
const labels = tf.tensor1d(
  Array.from({ length: 22 }, (_, i) => (i * i) % 2),
  'int32',
);
const y = tf.oneHot(labels, 2).toFloat();
const z = tf.sum(x, 1, true);

function classifier(optimizer: tf.Optimizer = tf.train.adam(0.05)): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      dense(5, 1, { activation: 'tanh', inputShape: [3] }),
      tf.layers.batchNormalization(),
      dense(2, 2, { activation: 'softmax', kernelRegularizer: 'l1l2' }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

function twoHeaded(): tf.LayersModel {
  const input = tf.input({ shape: [3], name: 'place' });
  const trunk = dense(6, 3, { activation: 'relu' }).apply(input) as tf.SymbolicTensor;
  const kind = dense(2, 4, { activation: 'softmax', name: 'kind' }).apply(trunk);
  const sum = dense(1, 5, { name: 'sum' }).apply(trunk);
  const outputs = [kind, sum] as tf.SymbolicTensor[];
  const model = tf.model({ inputs: input, outputs });
  model.compile({
    optimizer: tf.train.momentum(0.02, 0.9),
    loss: { kind: 'categoricalCrossentropy', sum: 'meanSquaredError' },
    metrics: { kind: 'accuracy' },
  });
  return model;
}

function close(a: unknown, b: unknown): void {
  if (typeof a === 'number') return expect(Math.abs(a - (b as number))).toBeLessThan(2e-4);
  if (typeof a !== 'object') return expect(a).toEqual(b);
  expect(Object.keys(a as object)).toEqual(Object.keys(b as object));
  for (const key of Object.keys(a as object)) {
    close((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]);
  }
}

const valuesOf = (scalars: tf.Scalar | tf.Scalar[]): number[] =>
  [scalars].flat().map((scalar) => scalar.dataSync()[0]);
const weightsOf = (model: tf.LayersModel): number[] =>
  model.getWeights().flatMap((tensor) => [...tensor.dataSync()]);

describe('fit', () => {
  const plain = { shuffle: false, verbose: 0 } as const;

  test.each([
    ['a classifier, the last batch smaller', () => classifier(), y, { epochs: 3, batchSize: 8 }],
    [
      'part of the data for validation',
      () => classifier(),
      y,
      { epochs: 2, batchSize: 6, validationSplit: 0.25 },
    ],
    [
      'validation data of its own',
      () => classifier(),
      y,
      { epochs: 2, batchSize: 11, validationData: [x, y] },
    ],
    [
      'weights of classes',
      () => classifier(),
      y,
      { epochs: 2, batchSize: 11, classWeight: { 0: 3, 1: 0.5 } },
    ],
    [
      'from a later epoch',
      () => classifier(tf.train.rmsprop(0.01)),
      y,
      { epochs: 4, initialEpoch: 2, batchSize: 11 },
    ],
    ['two heads', twoHeaded, [y, z], { epochs: 3, batchSize: 11, validationSplit: 0.5 }],
  ] as const)(
    '%s: history and weights are those of the eager model',
    async (_name, make, targets, args) => {
      const [eager, model] = [make(), make()];
      const options = { ...plain, ...args } as unknown as tf.ModelFitArgs;
      const expected = await eager.fit(x, targets as tf.Tensor, options);
      const fast = await compiled(model);
      const found = await fast.fit(x, targets as tf.Tensor, options);
      close(found.history, expected.history);
      expect(found.epoch).toEqual(expected.epoch);
      close(weightsOf(model), weightsOf(eager));
    },
  );

  test('shuffles as TensorFlow.js does', async () => {
    const order: number[][] = [];
    for (const make of [() => Promise.resolve(classifier()), () => compiled(classifier())]) {
      const model = await make();
      const random = Math.random;
      let state = 7;
      // The same draws for both: Math.random has no seed.
      Math.random = () => (state = (state * 16807) % 2147483647) / 2147483647;
      try {
        const { history } = await model.fit(x, y, { epochs: 2, batchSize: 5, verbose: 0 });
        order.push(history['loss'] as number[]);
      } finally {
        Math.random = random;
      }
    }
    close(order[1], order[0]);
  });

  test('callbacks are called as by the eager model, may stop it, and set the rate', async () => {
    const told = async (model: tf.LayersModel, train: tf.LayersModel | CompiledModel) => {
      const lines: unknown[] = [];
      const note =
        (name: string) =>
        (index: number, logs?: tf.Logs): void => {
          lines.push([name, index, { ...logs }]);
        };
      const { history } = await train.fit(x, y, {
        ...plain,
        ...{ epochs: 5, batchSize: 11, validationData: [x, y], yieldEvery: 'never' },
        callbacks: {
          onBatchBegin: note('batch begins'),
          onBatchEnd: note('batch ends'),
          onEpochEnd: (epoch, logs) => {
            note('epoch ends')(epoch, logs);
            // The weights are current, and a schedule sets the rate.
            lines.push(weightsOf(model));
            (model.optimizer as unknown as { learningRate: number }).learningRate =
              0.02 / (1 + epoch);
            if (epoch === 2) model.stopTraining = true;
          },
        },
      });
      return { lines, history };
    };
    const [eager, model] = [classifier(), classifier()];
    const expected = await told(eager, eager);
    const found = await told(model, await compiled(model));
    expect(found.history['loss']).toHaveLength(3);
    close(found, expected);
  });

  test('stops early as tf.callbacks.earlyStopping says', async () => {
    const options = {
      ...plain,
      epochs: 50,
      batchSize: 22,
      validationData: [x, y] as [tf.Tensor, tf.Tensor],
    };
    const stopping = () => tf.callbacks.earlyStopping({ monitor: 'val_acc', patience: 2 });
    const eager = classifier();
    const expected = await eager.fit(x, y, { ...options, callbacks: stopping() });
    const found = await (
      await compiled(classifier())
    ).fit(x, y, { ...options, callbacks: stopping() });
    expect(found.epoch).toEqual(expected.epoch);
    expect(found.epoch.length).toBeLessThan(50);
  });

  test('dropout draws by the seed', async () => {
    const made = () => {
      const model = tf.sequential({
        layers: [dense(16, 1, { inputShape: [3] }), tf.layers.dropout({ rate: 0.5 }), dense(1, 2)],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      return model;
    };
    const losses = async (seed: number) =>
      (await (await compiled(made(), seed)).fit(x, z, { ...plain, epochs: 2 })).history['loss'];
    expect(await losses(1)).toEqual(await losses(1));
    expect(await losses(2)).not.toEqual(await losses(1));
  });

  test('says what the model’s own methods say of wrong arguments, and frees nothing of the caller’s', async () => {
    const model = await compiled(classifier());
    await expect(model.fit(x, tf.zeros([21, 2]), plain)).rejects.toThrow(/same number of samples/);
    await expect(model.fit(tf.zeros([22, 4]), y, plain)).rejects.toThrow(/expected .* shape/);
    const bare = await compiled(tf.sequential({ layers: [dense(1, 1, { inputShape: [3] })] }));
    await expect(bare.fit(x, z, plain)).rejects.toThrow();
    await model.fit(x, y, { ...plain, epochs: 1 });
    expect([x.isDisposed, y.isDisposed]).toEqual([false, false]);
  });
});

test('fitDataset and evaluateDataset give what the eager model gives', async () => {
  const batches = (drop = false) =>
    tf.data
      .zip({ xs: tf.data.array(x.arraySync()), ys: tf.data.array(y.arraySync() as number[][]) })
      .batch(8, !drop);
  const data = { validationData: batches(), verbose: 0 } as const;
  for (const args of [{ epochs: 2 }, { epochs: 2, batchesPerEpoch: 1 }]) {
    const [eager, model] = [classifier(), classifier()];
    const expected = await eager.fitDataset(batches(), { ...data, ...args });
    const fast = await compiled(model);
    const found = await fast.fitDataset(batches(), { ...data, ...args });
    close(found.history, expected.history);
    close(
      valuesOf(await fast.evaluateDataset(batches())),
      valuesOf(await eager.evaluateDataset(batches() as never, {})),
    );
  }
});

test('trainOnBatch, evaluate and predict give what the eager model gives', async () => {
  const [eager, model] = [twoHeaded(), twoHeaded()];
  const fast = await compiled(model);
  const targets = [y, z];
  for (let step = 0; step < 3; step++) {
    close(await fast.trainOnBatch(x, targets), await eager.trainOnBatch(x, targets));
  }
  const asked = { batchSize: 7 };
  close(
    valuesOf(await fast.evaluate(x, targets, asked)),
    valuesOf(eager.evaluate(x, targets, asked)),
  );
  const before = tf.memory().numTensors;
  const [kind, sum] = (await fast.predict(x, asked)) as tf.Tensor[];
  // Two outputs, and nothing else is left.
  expect(tf.memory().numTensors).toBe(before + 2);
  const expected = eager.predict(x, asked) as tf.Tensor[];
  expect([kind.shape, sum.shape]).toEqual(expected.map(({ shape }) => shape));
  close([...kind.dataSync()], [...expected[0].dataSync()]);
  close([...sum.dataSync()], [...expected[1].dataSync()]);
});
