import * as tf from '@tensorflow/tfjs';

/** What callbacks are given: numbers, by name. */
export type Logs = Record<string, number>;

/** What `fit` and `fitDataset` take as callbacks. */
export type Callbacks = NonNullable<tf.ModelFitArgs['callbacks']>;

/** Averages the numbers of the batches of an epoch by their sizes, as TensorFlow.js' own first callback does. */
class EpochAverages extends tf.Callback {
  #seen = 0;
  #totals: Logs = {};

  override onEpochBegin(): Promise<void> {
    this.#seen = 0;
    this.#totals = {};
    return Promise.resolve();
  }

  override onBatchEnd(_batch: number, logs: Logs = {}): Promise<void> {
    const { size = 0 } = logs;
    this.#seen += size;
    for (const [name, value] of Object.entries(logs)) {
      this.#totals[name] = (this.#totals[name] ?? 0) + value * size;
    }
    return Promise.resolve();
  }

  override onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    for (const name of this.params['metrics'] as unknown as string[]) {
      if (name in this.#totals) logs[name] = this.#totals[name] / this.#seen;
    }
    return Promise.resolve();
  }
}

/** What callbacks are told of a training before it begins, as TensorFlow.js tells them. */
export interface TrainingFacts {
  readonly epochs: number;
  readonly initialEpoch: number | undefined;
  readonly samples: number | undefined;
  readonly steps: number | undefined;
  readonly batchSize: number | undefined;
  readonly verbose: number;
  readonly doValidation: boolean;
  readonly metrics: readonly string[];
}

/** The callbacks of a training: averages first, then the user's, then the history. */
export function callbackList(
  model: tf.LayersModel,
  own: readonly tf.CustomCallback[],
  facts: TrainingFacts,
): { readonly list: tf.CallbackList; readonly history: tf.History } {
  const history = new tf.History();
  const list = new tf.CallbackList([new EpochAverages(), ...own, history]);
  list.setParams(facts as never);
  list.setModel(model);
  return { list, history };
}

/** Objects of functions as callbacks; others as they are. */
export function standardCallbacks(
  callbacks: Callbacks | undefined,
  yieldEvery: tf.ModelFitArgs['yieldEvery'] = 'auto',
): tf.CustomCallback[] {
  if (callbacks === undefined) return [];
  const list = Array.isArray(callbacks) ? callbacks : [callbacks];
  return list.map((one) =>
    one instanceof tf.Callback || 'setParams' in one
      ? (one as tf.CustomCallback)
      : new tf.CustomCallback(one, yieldEvery),
  );
}
