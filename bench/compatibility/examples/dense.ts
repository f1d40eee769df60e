import * as tf from '@tensorflow/tfjs';
import { trained, type TrainedModel } from './example.ts';

type Activation = 'relu' | 'sigmoid' | 'softmax' | 'tanh' | 'linear';

/** Layers of so many units, each with its activation. */
function dense(
  inputs: number,
  ...layers: readonly (readonly [units: number, activation?: Activation])[]
): () => tf.LayersModel {
  return () =>
    tf.sequential({
      layers: layers.map(([units, activation = 'linear'], i) =>
        tf.layers.dense({ units, activation, ...(i === 0 && { inputShape: [inputs] }) }),
      ),
    });
}

/** A perceptron with a Dropout behind each hidden layer. */
const dropped =
  (inputs: number, ...layers: readonly (readonly [number, number])[]) =>
  () =>
    tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: [inputs] }),
        ...layers.flatMap(([units, rate]) => [
          tf.layers.dense({ units, activation: 'relu' }),
          tf.layers.dropout({ rate }),
        ]),
        tf.layers.dense({ units: 1 }),
      ],
    });

const squares = { loss: 'meanSquaredError', optimizer: () => tf.train.sgd(0.01), batch: 40 };
const classes = { loss: 'categoricalCrossentropy', y: ['one-hot'] as const };
const sparse = { loss: 'sparseCategoricalCrossentropy', targets: [[1]] };
const coins = { loss: 'binaryCrossentropy', y: [{ below: 2 }] };

/** Perceptrons on tables of numbers. */
const table: readonly TrainedModel[] = [
  { id: 'abalone-node', model: dense(8, [50, 'sigmoid'], [50, 'sigmoid'], [1]), ...squares },
  {
    ...{ id: 'baseball-node, pitch type', optimizer: 'adam', batch: 100, ...sparse },
    model: dense(8, [250, 'relu'], [175, 'relu'], [150, 'relu'], [7, 'softmax']),
    y: [{ below: 7 }],
    metrics: ['accuracy'],
  },
  {
    ...{ id: 'baseball-node, strike zone', optimizer: 'adam', batch: 50, ...sparse },
    model: dense(5, [20, 'relu'], [10, 'relu'], [2, 'softmax']),
    y: [{ below: 2 }],
    metrics: ['accuracy'],
  },
  { id: 'boston-housing, linear', model: dense(12, [1]), ...squares },
  { id: 'boston-housing, one hidden layer', model: dense(12, [50, 'sigmoid'], [1]), ...squares },
  {
    ...{ id: 'boston-housing, two hidden layers', ...squares },
    model: dense(12, [50, 'sigmoid'], [50, 'sigmoid'], [1]),
  },
  {
    ...{ id: 'data-generator', optimizer: 'rmsprop', batch: 50, ...coins },
    model: dense(13, [20, 'relu'], [20, 'relu'], [1, 'sigmoid']),
  },
  { id: 'getting-started', model: dense(1, [1]), ...squares, optimizer: 'sgd', batch: 6 },
  {
    ...{ id: 'intent-classifier, intents', optimizer: 'adam', batch: 32, ...classes },
    model: dense(512, [7, 'softmax']),
    metrics: ['accuracy'],
  },
  {
    ...{ id: 'iris', optimizer: () => tf.train.adam(0.01), batch: 32, ...classes },
    model: dense(4, [10, 'sigmoid'], [3, 'softmax']),
    metrics: ['accuracy'],
  },
  {
    ...{ id: 'polynomial-regression', ...squares, optimizer: () => tf.train.sgd(0.1) },
    model: () =>
      tf.sequential({
        layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [4] })],
      }),
  },
  {
    ...{ id: 'quantization, housing', optimizer: 'adam', loss: 'meanAbsoluteError', batch: 128 },
    model: dropped(8, [80, 0.2], [120, 0.1], [20, 0.1], [10, 0.1]),
    random: true,
  },
  {
    ...{ id: 'website-phishing', optimizer: 'adam', batch: 350, ...coins },
    model: dense(30, [100, 'sigmoid'], [100, 'sigmoid'], [1, 'sigmoid']),
    metrics: ['accuracy'],
  },
  {
    ...{ id: 'webcam-transfer-learning', batch: 16, ...classes },
    optimizer: () => tf.train.adam(0.0001),
    // Behind MobileNet 0.25's last activations.
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [7, 7, 256] }),
          tf.layers.dense({ units: 100, activation: 'relu' }),
          tf.layers.dense({ units: 4, activation: 'softmax', useBias: false }),
        ],
      }),
  },
];

export const denseExamples = table.map(trained);
