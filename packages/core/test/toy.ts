import * as tf from '@tensorflow/tfjs';
import { stream } from '@scene-mtl/data';
import {
  convolution,
  dilatedResidual,
  inside,
  maskedCrossEntropy,
  maskedL1,
  maskedL2,
  upsampleTo,
  type Likelihood,
  type Task,
  MAIN_STREAM,
  objectiveOf,
  parametersOf,
  sgd,
  trainingStep,
  type Balancer,
  type MultiTaskModel,
  type Optimiser,
  type Parameter,
  type TrainingStep,
} from '../src/index.ts';

/** A head without a hidden layer: 1×1 convolution, up-sampled. */
export function toyTask(name: string, likelihood: Likelihood, channels: number): Task<null> {
  const losses = { softmax: maskedCrossEntropy, gaussian: maskedL2, laplace: maskedL1 };
  return {
    name,
    likelihood,
    targetChannels: likelihood === 'softmax' ? 1 : channels,
    outputChannels: channels,
    metrics: [{ name: 'error', unit: '', better: 'lower' }],
    has: () => true,
    encode: () => ({ value: new Float32Array(), mask: new Float32Array() }),
    decoder(features, size, { scope }) {
      const at = inside(scope, 'output');
      const y = convolution(features, at, { filters: channels, kernel: 1, bias: true, gain: 1 });
      return upsampleTo(y, size, name);
    },
    loss: losses[likelihood],
    decode: () => null,
  };
}

/** Two small tasks, one of each kind. */
export const toyTasks = (): Task<null>[] => [
  toyTask('classes', 'softmax', 3),
  toyTask('height', 'laplace', 1),
];

/** A few thousand parameters with every kind of layer. */
export const tinyEncoder = () =>
  dilatedResidual({
    stem: 4,
    channels: [4, 4, 6],
    blocks: [1, 1, 1],
    aspp: { channels: 4, rates: [1, 2] },
  });

/** A training step of a network's tasks with batches of two. */
export function toyStep(
  network: MultiTaskModel,
  balancer: Balancer,
  optimiser: (parameters: readonly Parameter[]) => Optimiser = (p) => sgd(p),
): TrainingStep {
  const parameters = parametersOf(network, balancer.variables);
  return trainingStep({
    network,
    objectives: network.tasks.map((task) => objectiveOf(task, network.size)),
    balancer,
    parameters,
    optimiser: optimiser(parameters.trained),
    batchSizes: { [MAIN_STREAM]: 2 },
  });
}

/** Random arrays of the inputs of a training step: 70 % of the pixels labelled. */
export function toyArrays(
  seed: number,
  B: number,
  [H, W]: readonly [number, number],
): Record<string, Float32Array> {
  const random = stream(seed, 'toy-data');
  const n = B * H * W;
  const fill = (count: number, f: () => number) => Float32Array.from({ length: count }, f);
  return {
    image: random.normals(n * 3),
    'target/classes': fill(n, () => random.integer(3)),
    'mask/classes': fill(n, () => Number(random.next() < 0.7)),
    'target/height': random.normals(n),
    'mask/height': fill(n, () => Number(random.next() < 0.7)),
  };
}

/** Largest difference between a gradient and central differences of `f`, relative to its size. */
export function gradientError(
  f: () => number,
  variable: tf.Variable,
  gradient: Float32Array,
  indices: readonly number[],
  step = 1e-2,
): number {
  const start = variable.dataSync<'float32'>().slice();
  const set = (values: Float32Array) =>
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  let worst = 0;
  let scale = 0;
  for (const i of indices) {
    const at = (delta: number) => {
      const moved = start.slice();
      moved[i] += delta;
      set(moved);
      return f();
    };
    const difference = (at(step) - at(-step)) / (2 * step);
    worst = Math.max(worst, Math.abs(difference - gradient[i]));
    scale = Math.max(scale, Math.abs(difference));
  }
  set(start);
  return worst / scale;
}
