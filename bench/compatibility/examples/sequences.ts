import * as tf from '@tensorflow/tfjs';
import { trained, type TrainedModel } from './example.ts';

const { layers } = tf;
const classes = { loss: 'categoricalCrossentropy', y: ['one-hot'] as const };
const stack = (...list: tf.layers.Layer[]) => tf.sequential({ layers: list });

/** Their numbers are replaced, and orthogonal ones, the default, take long to make. */
const quick = { recurrentInitializer: 'glorotNormal' } as const;
const recurrent = {
  simpleRNN: (args: Parameters<typeof layers.simpleRNN>[0]) =>
    layers.simpleRNN({ ...args, ...quick }),
  gru: (args: Parameters<typeof layers.gru>[0]) => layers.gru({ ...args, ...quick }),
  lstm: (args: Parameters<typeof layers.lstm>[0]) => layers.lstm({ ...args, ...quick }),
} as const;
type Cell = keyof typeof recurrent;

/** Sums of two numbers, digit by digit: read them, then write the answer. */
const addition = (cell: Cell): TrainedModel => ({
  ...{ id: `addition-rnn, ${cell}`, optimizer: 'adam', batch: 32, x: ['one-hot'], ...classes },
  metrics: ['accuracy'],
  model: () =>
    stack(
      recurrent[cell]({ units: 64, inputShape: [5, 12] }),
      layers.repeatVector({ n: 3 }),
      recurrent[cell]({
        units: 64,
        returnSequences: true,
      }),
      layers.timeDistributed({ layer: layers.dense({ units: 12 }) }),
      layers.activation({ activation: 'softmax' }),
    ),
});

/** The temperature of tomorrow from days of weather: a shorter look back than theirs, 240 hours. */
const hours = [48, 14];
const weather = (name: string, model: () => tf.LayersModel, random = false): TrainedModel => ({
  ...{ id: `jena-weather, ${name}`, model, random, batch: 32 },
  ...{ loss: 'meanAbsoluteError', optimizer: 'rmsprop' },
});
const perceptron = (rate: number | undefined, l2: boolean) => () =>
  stack(
    layers.flatten({ inputShape: hours }),
    layers.dense({
      ...{ units: 32, activation: 'relu' },
      ...(l2 && { kernelRegularizer: tf.regularizers.l2() }),
    }),
    ...(rate === undefined ? [] : [layers.dropout({ rate })]),
    layers.dense({ units: 1 }),
  );

/** The next character of a text. */
const text = (name: string, ...units: number[]): TrainedModel => ({
  ...{ id: `lstm-text-generation, ${name}`, batch: 16, x: ['one-hot'], ...classes },
  optimizer: () => tf.train.rmsprop(0.01),
  model: () =>
    stack(
      ...units.map((size, i) =>
        recurrent.lstm({
          ...{ units: size, returnSequences: i < units.length - 1 },
          ...(i === 0 && { inputShape: [40, 60] }),
        }),
      ),
      layers.dense({ units: 60, activation: 'softmax' }),
    ),
});

/** Whether a review likes a film. */
const sentiment = (name: string, ...middle: (() => tf.layers.Layer)[]): TrainedModel => ({
  ...{ id: `sentiment, ${name}`, loss: 'binaryCrossentropy', optimizer: 'adam', batch: 16 },
  ...{ x: [{ below: 1000 }], y: [{ below: 2 }], metrics: ['acc'], random: name === 'cnn' },
  model: () =>
    stack(
      layers.embedding({ inputDim: 1000, outputDim: 32, inputLength: 50 }),
      ...middle.map((make) => make()),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ),
});

/** What each word of a question is. */
const tagger = (name: string, ...middle: (() => tf.layers.Layer)[]): TrainedModel => ({
  ...{ id: `intent-classifier, tags, ${name}`, optimizer: 'adam', batch: 16, ...classes },
  metrics: ['accuracy'],
  model: () =>
    stack(
      layers.inputLayer({ inputShape: [30, 64] }),
      ...middle.map((make) => make()),
      ...(middle.length > 0
        ? [
            layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
            layers.activation({ activation: 'softmax' }),
          ]
        : [layers.dense({ units: 3, activation: 'softmax' })]),
    ),
});
const tags = () => recurrent.lstm({ units: 30, returnSequences: true });

/** The last of a sequence. */
class Last extends layers.Layer {
  static readonly className = 'LastOfSequence';

  override computeOutputShape([batch, , units]: tf.Shape): tf.Shape {
    return [batch, units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = [inputs].flat();
    const [batch, length, units] = input.shape;
    return tf.reshape(tf.slice(input, [0, length - 1, 0], [batch, 1, units]), [batch, units]);
  }
}

type Symbolic = tf.SymbolicTensor;

/** Dates in any format to one format, with attention of the written to the read. */
const dates = () => {
  const read = tf.input({ shape: [12] });
  const written = tf.input({ shape: [10] });
  const embedded = (input: Symbolic, inputDim: number, inputLength: number) =>
    layers.embedding({ inputDim, inputLength, outputDim: 64, maskZero: true }).apply(input);
  const lstm = () => recurrent.lstm({ units: 64, returnSequences: true });
  const encoded = lstm().apply(embedded(read, 35, 12)) as Symbolic;
  const last = new Last({}).apply(encoded) as Symbolic;
  const decoded = lstm().apply(embedded(written, 13, 10), {
    initialState: [last, last],
  }) as Symbolic;
  const scores = layers.dot({ axes: [2, 2] }).apply([decoded, encoded]);
  const attention = layers.activation({ activation: 'softmax' }).apply(scores) as Symbolic;
  const context = layers.dot({ axes: [2, 1] }).apply([attention, encoded]) as Symbolic;
  const each = (units: number, activation: 'tanh' | 'softmax') =>
    layers.timeDistributed({ layer: layers.dense({ units, activation }) });
  const joined = layers.concatenate().apply([context, decoded]);
  const outputs = each(13, 'softmax').apply(each(64, 'tanh').apply(joined)) as Symbolic;
  return tf.model({ inputs: [read, written], outputs });
};

/** Sentences character by character: the state after reading is that before writing. */
const translation = () => {
  const read = tf.input({ shape: [16, 71] });
  const written = tf.input({ shape: [20, 94] });
  const units = 64;
  const [, h, c] = recurrent.lstm({ units, returnState: true }).apply(read) as Symbolic[];
  const [decoded] = recurrent
    .lstm({ units, returnSequences: true, returnState: true })
    .apply([written, h, c]) as Symbolic[];
  const outputs = layers.dense({ units: 94, activation: 'softmax' }).apply(decoded) as Symbolic;
  return tf.model({ inputs: [read, written], outputs });
};

/** Networks of sequences, smaller than theirs where JavaScript would need minutes a step. */
const table: readonly TrainedModel[] = [
  ...(Object.keys(recurrent) as Cell[]).map(addition),
  weather('linear', () => stack(layers.flatten({ inputShape: hours }), layers.dense({ units: 1 }))),
  weather('perceptron', perceptron(undefined, false)),
  weather('perceptron, l2', perceptron(undefined, true)),
  weather('perceptron, dropout', perceptron(0.25, false), true),
  weather('simpleRNN', () =>
    stack(recurrent.simpleRNN({ units: 32, inputShape: hours }), layers.dense({ units: 1 })),
  ),
  weather('gru', () =>
    stack(recurrent.gru({ units: 32, inputShape: hours }), layers.dense({ units: 1 })),
  ),
  text('one layer', 128),
  text('two layers', 64, 64),
  {
    ...{ id: 'sentiment, multihot', loss: 'binaryCrossentropy', optimizer: 'adam', batch: 32 },
    ...{ x: [{ below: 2 }], y: [{ below: 2 }], metrics: ['acc'] },
    model: () =>
      stack(
        layers.dense({ units: 16, activation: 'relu', inputShape: [1000] }),
        layers.dense({ units: 16, activation: 'relu' }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ),
  },
  sentiment('flatten', () => layers.flatten()),
  sentiment(
    'cnn',
    () => layers.dropout({ rate: 0.5 }),
    () => layers.conv1d({ filters: 64, kernelSize: 5, activation: 'relu' }),
    () => layers.globalMaxPooling1d({}),
    () => layers.dense({ units: 64, activation: 'relu' }),
  ),
  sentiment('simpleRNN', () => recurrent.simpleRNN({ units: 32 })),
  sentiment('lstm', () => recurrent.lstm({ units: 32 })),
  sentiment('bidirectional lstm', () =>
    layers.bidirectional({ layer: recurrent.lstm({ units: 32 }), mergeMode: 'concat' }),
  ),
  tagger('dense'),
  tagger('lstm', tags),
  tagger('bidirectional lstm', () => layers.bidirectional({ layer: tags(), mergeMode: 'concat' })),
  {
    ...{ id: 'date-conversion-attention', model: dates, batch: 16, optimizer: 'adam', ...classes },
    x: [{ below: 35 }, { below: 13 }],
  },
  {
    ...{ id: 'translation', model: translation, batch: 8, optimizer: 'rmsprop', ...classes },
    x: ['one-hot', 'one-hot'],
  },
];

export const sequenceExamples = table.map(trained);
