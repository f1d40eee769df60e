import {
  balancerNamed,
  dilatedResidual,
  imageClassifier,
  MAIN_STREAM,
  mobileNet,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  resNet,
  sgd,
  trainingStep,
  withAspp,
  type Encoder,
  type Task,
} from '@scene-mtl/core';
import {
  softmaxCrossEntropy,
  type InputTensors,
  type Outputs,
  type Signature,
} from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';
import { stream } from '@scene-mtl/data';

/** Networks and sizes that the step bench trains; `peers/step_torch.py` builds the same ones. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  readonly batch: number;
  readonly size: readonly [number, number];
  /** Builds the training step, with the optimiser's update, and counts the trained numbers. */
  readonly build: (batch: number, size: readonly [number, number]) => BuiltStep;
}

interface BuiltStep {
  readonly signature: Signature;
  readonly run: (inputs: InputTensors<Signature>) => Outputs;
  /** What runs at some batches in place of `run`; see `TrainingStep.between`. */
  readonly between?: {
    readonly run: BuiltStep['run'];
    at(batch: number): boolean;
  };
  readonly numbers: number;
}

/** The encoder of workloads a and b. */
export const small = (): Encoder =>
  dilatedResidual({ stem: 32, channels: [32, 64, 96], aspp: { channels: 64, rates: [3, 6, 9] } });

/** Three heads on one encoder, balanced by a method with some options; epochs are those of the quick profile. */
export const heads =
  (
    encoder: () => Encoder,
    width: number,
    method = 'uncertainty',
    options: object = {},
  ): Workload['build'] =>
  (batchSize, size) => {
    const tasks = [semantic(19), instance(), depth()] as Task[];
    const decoder = { width, kernel: 3 } as const;
    const network = multiTaskModel({ encoder: encoder(), tasks, size, decoder, seed: 1 });
    const balancer = balancerNamed(method).make(
      { objectives: tasks, batchesPerEpoch: 75 },
      options,
    );
    const parameters = parametersOf(network, balancer.variables);
    const optimiser = sgd(parameters.trained, { momentum: 0.9, weightDecay: 1e-4 });
    const numbers = parameters.trained.reduce((sum, p) => sum + p.variable.size, 0);
    const step = trainingStep({
      network,
      objectives: tasks.map((task) => objectiveOf(task, size)),
      balancer,
      parameters,
      optimiser,
      batchSizes: { [MAIN_STREAM]: batchSize },
    });
    return { ...step, numbers };
  };

const classifier =
  (encoder: () => Encoder): Workload['build'] =>
  (batch, size) => {
    const model = imageClassifier(encoder(), 1000, size, 1);
    const optimiser = tf.train.momentum(0.01, 0.9, true);
    const numbers = model.trainableWeights.reduce(
      (n, w) => n + (w.shape as number[]).reduce((a, b) => a * b, 1),
      0,
    );
    return {
      signature: {
        image: { shape: [batch, ...size, 3], dtype: 'float32' },
        classes: { shape: [batch], dtype: 'int32' },
      },
      run: ({ image, classes }) => {
        const loss = () => {
          const logits = model.apply(image, { training: true }) as tf.Tensor;
          return tf.mean<tf.Scalar>(softmaxCrossEntropy(logits, classes));
        };
        return { total: optimiser.minimize(loss, true) as tf.Scalar };
      },
      numbers,
    };
  };

const resnet50 = (): Encoder =>
  withAspp(resNet({ depth: 50, outputStride: 8 }), { channels: 256, rates: [12, 24, 36] });

const mobile = (): Encoder => mobileNet({ alpha: 1, outputStride: 32 });

/** The workloads by letter. */
export const workloads: readonly Workload[] = [
  {
    id: 'a',
    title: 'dilated residual, ASPP, three heads',
    batch: 8,
    size: [64, 128],
    build: heads(small, 64),
  },
  {
    id: 'b',
    title: 'dilated residual, ASPP, three heads',
    batch: 8,
    size: [128, 256],
    build: heads(small, 64),
  },
  {
    id: 'c',
    title: 'ResNet-50, output stride 8, ASPP, three heads',
    batch: 2,
    size: [128, 256],
    build: heads(resnet50, 256),
  },
  {
    id: 'd',
    title: 'MobileNet v1 1.0 classifier',
    batch: 8,
    size: [128, 256],
    build: classifier(mobile),
  },
];

/** A training step of a workload and one batch of random data for it. */
export function stepOf({ batch, size, build }: Workload): BuiltStep & {
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
} {
  const step = build(batch, size);
  const random = stream(1, 'bench');
  const values = (name: string, length: number): Float32Array | Int32Array => {
    if (name.startsWith('rate/')) return Float32Array.of(0.01);
    if (name === 'apply') return Float32Array.of(1);
    if (name === 'classes') return Int32Array.from({ length }, () => random.integer(1000));
    if (name === 'target/semantic') return Float32Array.from({ length }, () => random.integer(19));
    if (name.startsWith('mask/')) return new Float32Array(length).fill(1);
    return random.normals(length);
  };
  const inputs: Record<string, Float32Array | Int32Array> = {};
  for (const [name, { shape }] of Object.entries(step.signature)) {
    inputs[name] = values(
      name,
      shape.reduce((a, b) => a * b, 1),
    );
  }
  return { ...step, inputs };
}
