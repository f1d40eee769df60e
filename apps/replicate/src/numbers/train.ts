import {
  balancerNamed,
  countParameters,
  MAIN_STREAM,
  objectiveOf,
  parametersOf,
  poly,
  sgd,
  train,
  trainingStep,
  type Forward,
} from '@scene-mtl/core';
import { fieldOf, numbersKind, type Sample } from '@scene-mtl/data';
import { batches, type Dataset } from '@scene-mtl/datasets';
import type { Trained, TrainingRun } from '@scene-mtl/lab';
import { compile } from '@scene-mtl/runtime';
import { targetArrays, tasksFor, type VisionTask } from '@scene-mtl/vision-heads';
import * as tf from '@tensorflow/tfjs';
import type { NumbersSpec } from './kind.ts';
import { denseNetwork } from './network.ts';

/** Readers ask for the size of a picture, which examples of numbers have not. */
const NO_PICTURE = { height: 1, width: 1 };
const NO_PLACES = [1, 1] as const;

/**
 * Trains a dense network for the tasks of a run: SGD with momentum, a rate that falls to 0, no weight decay.
 * @param input the field that is read
 */
export async function trainOnNumbers(
  run: TrainingRun<NumbersSpec>,
  dataset: Dataset,
  input: string,
): Promise<Trained> {
  const { config, balance, seed, tasks: names } = run.spec;
  const { hidden, steps, batchSize, learningRate } = config;
  const tasks = tasksFor(dataset).filter(({ name }) => names.includes(name));
  const inputOf = (sample: Sample) => fieldOf(sample, input, numbersKind).data;
  const val = await Promise.all(
    dataset.list('val').map((id) => dataset.read(id, 'val', NO_PICTURE)),
  );
  const network = denseNetwork({
    ...{ hidden, seed, input: { name: input, count: inputOf(val[0]).length } },
    outputs: tasks.map(({ name, outputChannels }) => [name, outputChannels]),
  });
  const balancer = balancerNamed(balance.name).make({ objectives: tasks, seed }, balance.options);
  const parameters = parametersOf(network, balancer.variables);
  const step = trainingStep({
    ...{ network, balancer, parameters, batchSizes: { [MAIN_STREAM]: batchSize } },
    objectives: tasks.map((task) => objectiveOf(task, NO_PLACES)),
    optimiser: sgd(parameters.trained, { weightDecay: 0 }),
  });
  const encode = (sample: Sample) => ({
    [input]: inputOf(sample),
    ...targetArrays(sample, tasks, NO_PLACES),
  });
  const started = performance.now();
  const { metrics } = await train({
    ...{ step, steps, folder: run.folder, configHash: run.id, onProgress: run.onProgress },
    streams: {
      [MAIN_STREAM]: (startStep) =>
        batches({
          ...{ dataset, split: 'train', size: NO_PICTURE, batchSize, seed, encode, startStep },
        }),
    },
    schedule: poly(learningRate, steps),
    compile: (of, signature) => compile(of, signature, run.compile),
    evaluate: () => {
      const metrics = tf.tidy(() => {
        const rows = tf.stack(val.map((sample) => tf.tensor1d(inputOf(sample))));
        return judged(tasks, val, network.forward({ [input]: rows }, { training: false }).outputs);
      });
      return Promise.resolve(metrics);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  return {
    data: { name: dataset.name, train: config.train, val: config.val, fingerprint: null },
    result: {
      metrics: metrics as Record<string, number>,
      ...{ sigma2: {}, weights: {}, steps },
      parameters: countParameters(parameters).total,
    },
    timing: { seconds, stepsPerSecond: steps / seconds, engine: run.compile.engine ?? 'onnx' },
  };
}

/** `<task>/<metric>` of every task, over some samples and what a network says of them. */
function judged(
  tasks: readonly VisionTask[],
  samples: readonly Sample[],
  outputs: Forward['outputs'],
): Record<string, number> {
  const metrics = tasks.flatMap((task) => {
    const [values, width] = [outputs[task.name].dataSync<'float32'>(), task.outputChannels];
    const accumulator = task.accumulator();
    samples.forEach((sample, i) => {
      accumulator.add(task.decode(values.slice(i * width, (i + 1) * width), 1, 1), sample);
    });
    return Object.entries(accumulator.result()).map(([k, v]) => [`${task.name}/${k}`, v]);
  });
  return Object.fromEntries(metrics) as Record<string, number>;
}
