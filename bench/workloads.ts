import {
  dilatedResidual,
  multiTaskModel,
  parametersOf,
  resNet,
  sgd,
  stream,
  trainingStep,
  uncertainty,
  withAspp,
  type Encoder,
  type Task,
} from '@scene-mtl/core';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';

/** Networks and sizes that the step bench trains; `peers/step_torch.py` builds the same ones. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly encoder: () => Encoder;
  readonly decoderWidth: number;
}

const small = (): Encoder =>
  dilatedResidual({ stem: 32, channels: [32, 64, 96], aspp: { channels: 64, rates: [3, 6, 9] } });

/** The workloads by letter. */
export const workloads: readonly Workload[] = [
  {
    id: 'a',
    title: 'dilated residual, ASPP, three heads',
    batch: 8,
    size: [64, 128],
    encoder: small,
    decoderWidth: 64,
  },
  {
    id: 'b',
    title: 'dilated residual, ASPP, three heads',
    batch: 8,
    size: [128, 256],
    encoder: small,
    decoderWidth: 64,
  },
  {
    id: 'c',
    title: 'ResNet-50, output stride 8, ASPP, three heads',
    batch: 2,
    size: [128, 256],
    encoder: () =>
      withAspp(resNet({ depth: 50, outputStride: 8 }), { channels: 256, rates: [12, 24, 36] }),
    decoderWidth: 256,
  },
];

/** A training step of a workload and one batch of random data for it. */
export function stepOf({ batch, size, encoder, decoderWidth }: Workload) {
  const tasks = [semantic(19), instance(), depth()] as Task[];
  const network = multiTaskModel({
    encoder: encoder(),
    tasks,
    size,
    decoder: { width: decoderWidth, kernel: 3 },
    seed: 1,
  });
  const weighting = uncertainty(tasks.map((task) => task.name));
  const parameters = parametersOf(network, weighting.variables);
  const optimiser = sgd(parameters.trained, { momentum: 0.9, weightDecay: 1e-4 });
  const step = trainingStep({ network, weighting, optimiser, batchSize: batch });
  const random = stream(1, 'bench');
  const inputs = Object.fromEntries(
    Object.entries(step.signature).map(([name, { shape }]) => {
      const length = shape.reduce((a, b) => a * b, 1);
      if (name.startsWith('rate/')) return [name, Float32Array.of(0.01)];
      if (name === 'apply') return [name, Float32Array.of(1)];
      if (name === 'target/semantic')
        return [name, Float32Array.from({ length }, () => random.integer(19))];
      if (name.startsWith('mask/')) return [name, new Float32Array(length).fill(1)];
      return [name, random.normals(length)];
    }),
  );
  const numbers = parameters.trained.reduce((sum, p) => sum + p.variable.size, 0);
  return { ...step, inputs, numbers };
}
