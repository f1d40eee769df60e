import { compile, withSeed } from '@scene-mtl/runtime';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  convBnRelu,
  dropoutLayer,
  fixed,
  frozen,
  gradientsOf,
  inside,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  partsOf,
  sgd,
  trainingStep,
  withRandomLayers,
  type MultiTaskModel,
  type Task,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { gradientError, tinyEncoder, toyArrays, toyTask } from './toy.ts';

beforeAll(useCpu);

const SIZE = [16, 16] as const;

/** A toy head with a hidden layer whose numbers may be dropped. */
const droppable = (task: Task<null>): Task<null> => ({
  ...task,
  decoder: (features, size, options) => {
    const hidden = convBnRelu(features, inside(options.scope, 'hidden'), { filters: 4 });
    return task.decoder(dropoutLayer(hidden, options.scope, options.dropout), size, options);
  },
});

const build = (dropout: Record<string, number> = { classes: 0.5, height: 0.25 }) =>
  multiTaskModel({
    encoder: tinyEncoder(),
    tasks: [toyTask('classes', 'softmax', 3), toyTask('height', 'laplace', 1)].map(droppable),
    size: SIZE,
    seed: 1,
    decoder: { dropout },
  });

function stepOf(network: MultiTaskModel) {
  const balancer = fixed.make({ objectives: network.tasks }, { classes: 1, height: 1 });
  const parameters = parametersOf(network, balancer.variables);
  const step = trainingStep({
    network,
    objectives: network.tasks.map((task) => objectiveOf(task, SIZE)),
    balancer,
    parameters,
    optimiser: sgd(parameters.trained),
    batchSizes: { [MAIN_STREAM]: 2 },
  });
  return { plain: step, drawn: withRandomLayers(step, network, 7) };
}

/** Losses of some batches, numbered from `first` on, without learning anything. */
async function losses(network: MultiTaskModel, engine: 'cpu' | 'onnx', first: number, count = 2) {
  const { drawn } = stepOf(network);
  const compiled = await compile(drawn.run, drawn.signature, { engine });
  const rates = { 'rate/network': Float32Array.of(0), 'rate/weighting': Float32Array.of(0) };
  const seen: number[] = [];
  for (let i = first; i < first + count; i++) {
    const inputs = { ...toyArrays(0, 2, SIZE), ...rates, apply: Float32Array.of(1) };
    seen.push((await compiled.run({ ...inputs, ...drawn.inputsAt(i) }))['total'][0]);
  }
  await compiled.dispose();
  return seen;
}

test('each batch draws anew, and again the same where a run goes on; captured as eager', async () => {
  const [first, second] = await losses(build(), 'onnx', 0);
  expect(first).not.toBe(second);
  expect(await losses(build(), 'onnx', 1, 1)).toEqual([second]);
  expect(await losses(build(), 'cpu', 0)).toBeAllClose([first, second], { rtol: 1e-4 });
  // Nothing to draw: the same loss of the same batch, and the step as it was.
  const still = build({});
  const [a, b] = await losses(still, 'onnx', 0);
  expect(a).toBe(b);
  const { plain, drawn } = stepOf(still);
  expect(drawn).toBe(plain);
});

test('a step that draws without a seed is an error', async () => {
  const { plain } = stepOf(build());
  await expect(compile(plain.run, plain.signature)).rejects.toThrow(
    /layer classes\/dropout \(Dropout\) draws random numbers/,
  );
});

test('inference and frozen heads drop nothing', () => {
  const inputs = { image: tf.tensor4d(toyArrays(3, 2, SIZE)['image'], [2, ...SIZE, 3]) };
  const [dropping, plain] = [build(), build({})];
  const of = (network: MultiTaskModel, training: boolean) =>
    withSeed(tf.scalar(3, 'int32'), () => network.forward(inputs, { training }).outputs);
  for (const name of ['classes', 'height']) {
    expect(of(dropping, false)[name].dataSync()).toEqual(of(plain, false)[name].dataSync());
    expect(of(dropping, true)[name].dataSync()).not.toEqual(of(plain, true)[name].dataSync());
  }
  const still = frozen(dropping, partsOf(dropping, ['shared', 'classes']));
  const [training, inference] = [of(still, true), of(still, false)];
  expect(training['classes'].dataSync()).toEqual(inference['classes'].dataSync());
  expect(training['height'].dataSync()).not.toEqual(inference['height'].dataSync());
});

test('gradients through what is dropped equal finite differences', () => {
  const network = build({ height: 0.5 });
  const arrays = toyArrays(4, 2, SIZE);
  const tensor = (name: string, channels: number) =>
    tf.tensor4d(arrays[name], [2, ...SIZE, channels]);
  const [, task] = network.tasks;
  // The same seed, the same mask.
  const loss = () =>
    withSeed(tf.scalar(5, 'int32'), () =>
      task.loss(
        network.forward({ image: tensor('image', 3) }, { training: true }).outputs['height'],
        tensor('target/height', 1),
        tensor('mask/height', 1),
      ),
    );
  const { trained } = parametersOf(network);
  const { gradients } = gradientsOf(loss, trained);
  const name = 'height/hidden/bn/gamma';
  const { variable } = trained.find((p) => p.name === name)!;
  const at = () => tf.tidy(() => loss().dataSync()[0]);
  const gradient = gradients[name].dataSync<'float32'>();
  expect(gradientError(at, variable, gradient, [0, 1, 2, 3], 1e-2)).toBeLessThan(0.02);
});

test('a rate for a head that drops nothing is refused, and so is one that drops all', () => {
  const task = toyTask('classes', 'softmax', 3);
  const make = (tasks: Task<null>[], rate: number) =>
    multiTaskModel({
      ...{ encoder: tinyEncoder(), tasks, size: SIZE, seed: 1 },
      decoder: { dropout: { classes: rate } },
    });
  expect(() => make([task], 0.5)).toThrow(
    'dropout 0.5 of classes: its decoder has no layer that drops anything out',
  );
  expect(() => make([droppable(task)], 1)).toThrow(
    'classes/dropout: expected a rate of 0 ≤ rate < 1, got 1',
  );
});
