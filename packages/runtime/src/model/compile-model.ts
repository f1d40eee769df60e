import * as tf from '@tensorflow/tfjs';
import type { CompileEachOptions } from '../compile-each.ts';
import { checkNames } from '../engines/options.ts';
import { fitSource, testSource, type BatchSource } from './datasets.ts';
import { fit, test, type ModelRunner } from './fit.ts';
import { functionalOf, internalsOf, withMethods } from './internals.ts';
import { batchesOf, batchOf, rowsOf } from './rows.ts';
import { modelSteps } from './steps.ts';

type Data = tf.Tensor | tf.Tensor[] | tf.NamedTensorMap;

/** How a model is compiled. */
export interface CompileModelOptions extends Omit<CompileEachOptions, 'seed'> {
  /** Seed of random layers (Dropout, GaussianNoise …); default: drawn by `Math.random`. */
  readonly seed?: number;
}

/**
 * A model whose batches run as compiled steps, with the methods of `tf.LayersModel`: the same arguments, callbacks,
 * history and errors, since the model's own methods check and convert; `evaluate` and `predict` give promises.
 *
 * The model's weights are current whenever a promise has settled and in `onEpochBegin` and `onEpochEnd`, where they may
 * be changed; so may the optimiser's `learningRate` at any time. Between the batches of an epoch they are in the engine.
 */
export interface CompiledModel {
  readonly model: tf.LayersModel;
  /** @see tf.LayersModel.fit */
  fit(x: Data, y: Data, args?: tf.ModelFitArgs): Promise<tf.History>;
  /** @see tf.LayersModel.fitDataset; without `classWeight` */
  fitDataset<T>(dataset: BatchSource, args: tf.ModelFitDatasetArgs<T>): Promise<tf.History>;
  /** @see tf.LayersModel.trainOnBatch */
  trainOnBatch(x: Data, y: Data): Promise<number | number[]>;
  /** @see tf.LayersModel.evaluate */
  evaluate(
    x: tf.Tensor | tf.Tensor[],
    y: tf.Tensor | tf.Tensor[],
    args?: tf.ModelEvaluateArgs,
  ): Promise<tf.Scalar | tf.Scalar[]>;
  /** @see tf.LayersModel.evaluateDataset */
  evaluateDataset(
    dataset: BatchSource,
    args?: { readonly batches?: number },
  ): Promise<tf.Scalar | tf.Scalar[]>;
  /** @see tf.LayersModel.predict */
  predict(
    x: tf.Tensor | tf.Tensor[],
    args?: { readonly batchSize?: number },
  ): Promise<tf.Tensor | tf.Tensor[]>;
  /** Frees the engine's buffers; the model keeps its weights, and goes on eagerly or compiled anew. */
  dispose(): Promise<void>;
}

/**
 * Compiles the training, testing and prediction of a model of `tf.layers`. Each is captured when it is first used, for each
 * size of batch (the last, smaller one too).
 * @param model to train it must have been compiled by its own `compile({ optimizer, loss, metrics })`
 * @throws what the model's own methods throw for their arguments, and `CaptureError` for a layer, loss or metric that
 * cannot be captured
 * @example
 * ```ts
 * import { compileModel } from '@scene-mtl/runtime';
 * import * as tf from '@tensorflow/tfjs';
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
 * model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
 * const fast = await compileModel(model);
 * const [x, y] = [tf.tensor2d([[0], [1], [2], [3]]), tf.tensor2d([[1], [3], [5], [7]])];
 * const { history } = await fast.fit(x, y, { epochs: 100, batchSize: 4, verbose: 0 });
 * (history.loss[99] as number) < 0.01; // → true
 * await fast.dispose();
 * ```
 */
export async function compileModel(
  model: tf.LayersModel,
  options: CompileModelOptions = {},
): Promise<CompiledModel> {
  const { seed, ...rest } = options;
  checkNames('compileModel', rest, ['onCompile', 'limit', 'seed']);
  // A fresh process has no backend yet to come back to.
  await tf.ready();
  const functional = functionalOf(model);
  // Drawn once, so that what else draws, the order of the examples, is as in the eager model.
  let drawn = seed ?? Math.floor(Math.random() * 2 ** 31);
  const runner: ModelRunner = {
    model: functional,
    steps: modelSteps(functional, rest),
    nextSeed: () => drawn++ | 0,
  };
  const { steps } = runner;

  const fitted = withMethods(functional, {
    fitLoop: (
      _train: unknown,
      tensors: (tf.Tensor | null)[],
      labels: string[],
      batchSize = 32,
      epochs = 1,
      verbose = 1,
      callbacks: tf.CustomCallback[] | null = [],
      validate: unknown = null,
      validation: tf.Tensor[] | null = null,
      shuffle: boolean | string = true,
      metrics: string[] = [],
      initialEpoch = 0,
    ) => {
      if (shuffle === 'batch') throw new Error("fit: shuffle: 'batch' is not supported");
      return fit(runner, {
        ...{ tensors, labels, batchSize, epochs, verbose, callbacks: callbacks ?? [], metrics },
        ...{ shuffle: Boolean(shuffle), initialEpoch },
        validation: validate !== null && validation !== null ? validation : undefined,
      });
    },
    // The tensors that `evaluate` and `predict` make are read before they free them.
    testLoop: (
      _test: unknown,
      tensors: tf.Tensor[],
      batchSize: number,
      verbose = 0,
      count?: number,
    ) => {
      if (verbose > 0) throw new Error('evaluate: verbose is not supported');
      internalsOf(functional).checkNumSamples(tensors, batchSize, count);
      if (count !== undefined) throw new Error('evaluate: steps is not supported');
      return test(runner, tensors.map(rowsOf), batchSize);
    },
    predictLoop: (tensors: tf.Tensor | tf.Tensor[], batchSize = 32) =>
      predictRows(runner, (Array.isArray(tensors) ? tensors : [tensors]).map(rowsOf), batchSize),
    makeTrainFunction: () => (tensors: tf.Tensor[]) => {
      const labels = internalsOf(functional).getDedupedMetricsNames();
      const found = steps.train(tensors.map(rowsOf), runner.nextSeed());
      // Whoever awaits the first of them hears of a failure.
      found.catch(() => {});
      return labels.map((_, i) => ({ data: async () => [(await found)[i]] }));
    },
  });

  const released = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await steps.release();
    }
  };
  const scalars = (values: readonly number[]): tf.Scalar | tf.Scalar[] => {
    const found = values.map((value) => tf.scalar(value));
    return found.length === 1 ? found[0] : found;
  };

  return {
    model,
    fit: (x, y, args) => released(fitted.fit(x, y, args)),
    fitDataset: (dataset, args) => released(fitSource(runner, dataset, args as never)),
    trainOnBatch: (x, y) => released(fitted.trainOnBatch(x, y)),
    evaluate: async (x, y, args) =>
      scalars(await released(fitted.evaluate(x, y, args) as unknown as Promise<number[]>)),
    evaluateDataset: async (dataset, args) =>
      scalars(await released(testSource(runner, dataset, args?.batches))),
    predict: async (x, args) => released(fitted.predict(x, args) as unknown as Promise<tf.Tensor>),
    dispose: () => steps.dispose(),
  };
}

/** Outputs of all rows, batch by batch, as tensors. */
async function predictRows(
  { model, steps }: ModelRunner,
  rows: ReturnType<typeof rowsOf>[],
  batchSize: number,
): Promise<tf.Tensor | tf.Tensor[]> {
  const [samples] = rows[0].shape;
  const parts: tf.Tensor[][] = model.outputs.map(() => []);
  for (const [from, to] of batchesOf(samples, batchSize)) {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    const outputs = await steps.predict(rows.map((one) => batchOf(one, numbers)));
    outputs.forEach(({ values, shape, dtype }, k) =>
      parts[k].push(tf.tensor(values, [...shape], dtype)),
    );
  }
  const whole = parts.map((list) => {
    if (list.length === 1) return list[0];
    const joined = tf.concat(list, 0);
    tf.dispose(list);
    return joined;
  });
  return whole.length === 1 ? whole[0] : whole;
}
