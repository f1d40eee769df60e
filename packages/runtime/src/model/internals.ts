import type * as tf from '@tensorflow/tfjs';

/**
 * What a `tf.LayersModel` (4.22) has and its types do not show. Its own `fit`, `evaluate` and `predict` do all checks and
 * conversions of arguments; what runs a batch is replaced.
 */
export interface Internals {
  isTraining: boolean;
  stopTraining_: boolean;
  history: tf.History;
  readonly optimizer_: tf.Optimizer;
  makeTrainFunction(): (batch: readonly tf.Tensor[]) => tf.Scalar[];
  makeTestFunction(): void;
  readonly testFunction: (batch: readonly tf.Tensor[]) => tf.Scalar[];
  /** Names of the numbers of a batch: `loss`, then the metrics. */
  getDedupedMetricsNames(): string[];
  checkNumSamples(
    tensors: readonly tf.Tensor[],
    batchSize: number,
    steps?: number,
    stepsName?: string,
  ): number;
  standardizeUserDataXY(
    x: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap,
    y: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap,
    checkBatchAxis: boolean,
    batchSize: number,
  ): [tf.Tensor[], tf.Tensor[]];
}

export const internalsOf = (model: tf.LayersModel): Internals => model as unknown as Internals;

/**
 * The model with some methods replaced, everything else its own: what it notes while it trains is noted on the model
 * itself.
 */
export function withMethods<M extends tf.LayersModel>(
  model: M,
  methods: Readonly<Record<string, unknown>>,
): M {
  const own = internalsOf(model);
  const replaced = Object.fromEntries(
    Object.entries(methods).map(([name, value]) => [name, { value }]),
  );
  return Object.create(model, {
    ...replaced,
    isTraining: { get: () => own.isTraining, set: (value: boolean) => (own.isTraining = value) },
  }) as M;
}

/** The functional model that a `tf.Sequential` keeps inside and trains by; any other model is its own. */
export function functionalOf(model: tf.LayersModel): tf.LayersModel {
  const inner = (model as { readonly model?: tf.LayersModel | null }).model;
  return inner ?? model;
}
