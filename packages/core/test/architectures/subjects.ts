import * as tf from '@tensorflow/tfjs';
import { stream } from '@scene-mtl/data';
import {
  architectures,
  balancerNamed,
  convBnRelu,
  dense,
  inside,
  lastFeatures,
  MAIN_STREAM,
  multiTaskModel,
  network,
  parametersOf,
  sgd,
  stagedEncoder,
  trainingStep,
  type Architecture,
  type ArchitectureSizes,
  type Encoder,
  type Head,
  type Network,
  type Objective,
  type Scope,
  type TrainingStep,
} from '../../src/index.ts';
import { toyTask } from '../toy.ts';

/** What every architecture is tested on: a dense network of two stages and one of images. */

export const TASKS = ['a', 'b', 'c'];

/** Two stages of four units each, with a curve between them. */
export const denseEncoder: Encoder = stagedEncoder(
  'dense',
  ['first', 'second'].map((name) => ({
    ...{ name, stride: 1, channels: 4 },
    build: (x: tf.SymbolicTensor, scope: Scope) => {
      const y = dense(x, inside(scope, name), { units: 4, gain: 1.5 });
      const curve = { activation: 'tanh', name: `${scope.name}/${name}/tanh` } as const;
      return tf.layers.activation(curve).apply(y) as tf.SymbolicTensor;
    },
  })) as unknown as Encoder['stages'],
);

const INPUT = [3];

const denseHead = (name: string): Head => ({
  name,
  build: (stages, scope) => dense(lastFeatures(stages), inside(scope, 'output'), { units: 2 }),
});

/** The dense network of some tasks. */
export const denseOf = (architecture: Architecture, tasks = TASKS, seed = 1): Network =>
  network({
    input: { name: 'x', shape: INPUT },
    encoder: denseEncoder,
    heads: tasks.map(denseHead),
    seed,
    architecture,
  });

/** Two stages of convolutions, of other strides and channels. */
export const imageEncoder: Encoder = stagedEncoder(
  'image',
  ['first', 'second'].map((name, i) => ({
    ...{ name, stride: 2 * (i + 1), channels: 4 - 2 * (1 - i) },
    build: (x: tf.SymbolicTensor, scope: Scope) =>
      convBnRelu(x, inside(scope, name), { filters: 4 - 2 * (1 - i), kernel: 3, stride: 2 }),
  })) as unknown as Encoder['stages'],
);

/** The network of images of some tasks. */
export const imagesOf = (architecture: Architecture, tasks = TASKS): Network =>
  multiTaskModel({
    encoder: imageEncoder,
    tasks: tasks.map((name) => toyTask(name, 'laplace', 2)),
    size: [8, 8],
    seed: 1,
    architecture,
  });

/** Names and sizes of {@link denseOf} and {@link imagesOf}, counted on their stages alone. */
export function sizesOf(encoder: Encoder, input: readonly number[]): ArchitectureSizes {
  const symbol = tf.input({ shape: [...input] });
  let x = symbol;
  return {
    tasks: TASKS,
    input,
    outputs: Object.fromEntries(TASKS.map((task) => [task, 2])),
    stages: encoder.stages.map((stage) => {
      const { name, channels, stride } = stage;
      const before = new Set(tf.model({ inputs: symbol, outputs: x }).layers);
      x = stage.build(x, { name: 'counted', seed: 1, owner: 'shared' });
      const layers = tf
        .model({ inputs: symbol, outputs: x })
        .layers.filter((layer) => !before.has(layer));
      const weights = layers.flatMap((layer) => layer.trainableWeights);
      const size = (shape: tf.Shape) => (shape as number[]).reduce((a, b) => a * b, 1);
      const kernels = weights.filter(({ originalName }) => originalName.endsWith('/kernel'));
      return {
        ...{ name, channels, stride },
        parameters: weights.reduce((sum, { shape }) => sum + size(shape), 0),
        kernels: kernels.map(({ shape }) => shape as number[]),
      };
    }),
  };
}

/** Every architecture at every setting that it names, with its options. */
export const subjects = architectures.flatMap((definition) =>
  Object.entries(
    definition.settings(
      TASKS,
      denseEncoder.stages.map(({ name }) => name),
    ),
  ).map(([setting, options], i) => ({
    isUsual: i === 0,
    title: `${definition.name}, ${setting}`,
    definition,
    options,
    make: () => definition.make(options),
  })),
);

/** Mean squares of what the heads give and a number of each. */
export const objectivesOf = (tasks = TASKS): Objective[] =>
  tasks.map((name, t) => ({
    ...{ name, stream: MAIN_STREAM, arrays: {} },
    loss: (forward, batch) => ({
      value: tf.mean(tf.squaredDifference(forward(batch).outputs[name], 0.3 * (t + 1))),
      present: tf.scalar(1),
    }),
  }));

/** A training step of a network, four examples a batch. */
export function stepOf(of: Network, balancer: string): TrainingStep {
  const objectives = objectivesOf(of.heads as string[]);
  const made = balancerNamed(balancer).make({ objectives });
  const parameters = parametersOf(of, made.variables);
  return trainingStep({
    ...{ network: of, objectives, balancer: made, parameters, batchSizes: { [MAIN_STREAM]: 4 } },
    optimiser: sgd(parameters.trained),
  });
}

/** Inputs of a step at a batch. */
export function inputsAt(step: TrainingStep, batch: number): Record<string, Float32Array> {
  const random = stream(batch, 'architectures');
  const given = { ...step.inputsAt(batch) };
  const scalars: Record<string, number> = { 'rate/network': 0.1, 'rate/weighting': 0.1, apply: 1 };
  return Object.fromEntries(
    Object.entries(step.signature).map(([name, { shape }]) => {
      if (name in given) return [name, given[name]];
      if (name in scalars) return [name, Float32Array.of(scalars[name])];
      return [name, random.normals(shape.reduce((a, b) => a * b, 1))];
    }),
  );
}

/** Runs a step on plain TensorFlow.js; its scalars. */
export function runEagerly(step: TrainingStep, batch: number): Record<string, number> {
  const inputs = inputsAt(step, batch);
  return tf.tidy(() => {
    const outputs = step.run(
      Object.fromEntries(
        Object.entries(step.signature).map(([name, { shape }]) => [
          name,
          tf.tensor(inputs[name], [...shape]),
        ]),
      ),
    );
    return Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, value.dataSync()[0]]),
    );
  });
}
