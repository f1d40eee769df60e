import { compile } from '@scene-mtl/runtime';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  convBnRelu,
  fixed,
  frozen,
  gradientsOf,
  inside,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  partsOf,
  predictionStep,
  sgd,
  trainingStep,
  type MultiTaskModel,
  type Task,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { gradientError, tinyEncoder, toyArrays, toyTask } from './toy.ts';

beforeAll(useCpu);

const SIZE = [16, 16] as const;

/** A toy head with a hidden layer that is normalised. */
const withHidden = (task: Task<null>): Task<null> => ({
  ...task,
  decoder: (features, size, options) => {
    const hidden = convBnRelu(features, inside(options.scope, 'hidden'), { filters: 4 });
    return task.decoder(hidden, size, options);
  },
});

const build = () =>
  multiTaskModel({
    encoder: tinyEncoder(),
    tasks: [toyTask('classes', 'softmax', 3), toyTask('height', 'laplace', 1)].map(withHidden),
    size: SIZE,
    seed: 1,
  });

const ENGINES = ['cpu', 'onnx'] as const;

/** Trains some steps on both tasks, then gives the outputs of an image and every weight. */
async function trained(network: MultiTaskModel, engine: (typeof ENGINES)[number], steps = 3) {
  const balancer = fixed.make({ objectives: network.tasks }, { classes: 1, height: 1 });
  const parameters = parametersOf(network, balancer.variables);
  const step = trainingStep({
    network,
    objectives: network.tasks.map((task) => objectiveOf(task, SIZE)),
    balancer,
    parameters,
    optimiser: sgd(parameters.trained, { weightDecay: 0.1 }),
    batchSizes: { [MAIN_STREAM]: 2 },
  });
  const compiled = await compile(step.run, step.signature, { engine });
  const rates = { 'rate/network': Float32Array.of(0.05), 'rate/weighting': Float32Array.of(0) };
  for (let i = 0; i < steps; i++) {
    await compiled.run({ ...toyArrays(i, 2, SIZE), ...rates, apply: Float32Array.of(1) });
  }
  await compiled.pull();
  await compiled.dispose();
  return state(network, engine);
}

async function state(network: MultiTaskModel, engine: (typeof ENGINES)[number]) {
  const prediction = predictionStep(network, 2);
  const compiled = await compile(prediction.run, prediction.signature, { engine });
  const outputs = await compiled.run({ image: toyArrays(9, 2, SIZE)['image'] });
  await compiled.dispose();
  const weights = network.weights.map(
    ({ name, variable }) => [name, Array.from(variable.dataSync())] as const,
  );
  return {
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, Array.from(value)]),
    ),
    weights: Object.fromEntries(weights),
  };
}

const changed = (
  a: Readonly<Record<string, readonly number[]>>,
  b: Readonly<Record<string, readonly number[]>>,
): string[] => Object.keys(a).filter((name) => a[name].some((x, i) => !Object.is(x, b[name][i])));

test.each(ENGINES)(
  'with trunk and one head frozen, the other head trains and nothing else moves (%s)',
  async (engine) => {
    const whole = build();
    const network = frozen(whole, partsOf(whole, ['shared', 'classes']));
    const before = await state(network, engine);
    const after = await trained(network, engine);
    expect(changed(before.outputs, after.outputs)).toEqual(['height']);
    expect(changed(before.weights, after.weights)).toEqual([
      'height/hidden/conv/kernel',
      'height/hidden/bn/gamma',
      'height/hidden/bn/beta',
      'height/output/kernel',
      'height/output/bias',
      'height/hidden/bn/moving_mean',
      'height/hidden/bn/moving_variance',
    ]);
    // What the test would miss if it could: not frozen, all outputs and all weights move.
    const all = await trained(build(), engine);
    expect(changed(before.outputs, all.outputs)).toEqual(['classes', 'height']);
    expect(changed(before.weights, all.weights)).toEqual(Object.keys(before.weights));
  },
);

test('a frozen trunk and head see the batch through their moving averages, also in training', () => {
  const whole = build();
  const network = frozen(whole, partsOf(whole, ['shared', 'classes']));
  const inputs = { image: tf.tensor4d(toyArrays(3, 2, SIZE)['image'], [2, ...SIZE, 3]) };
  const training = network.forward(inputs, { training: true });
  const inference = whole.forward(inputs, { training: false });
  expect(training.shared?.dataSync()).toEqual(inference.shared?.dataSync());
  expect(training.outputs['classes'].dataSync()).toEqual(inference.outputs['classes'].dataSync());
  expect(training.outputs['height'].dataSync()).not.toEqual(inference.outputs['height'].dataSync());
  const moved = training.statistics.map(({ variable }) => variable);
  expect(moved).toEqual(
    network.weights.filter((w) => !w.trainable && !w.frozen).map((w) => w.variable),
  );
  expect(moved.length).toBe(2);
});

test('a frozen head passes its gradient on to a trunk that trains', async () => {
  const whole = build();
  const network = frozen(whole, partsOf(whole, ['classes', 'height']));
  const before = await state(network, 'cpu');
  const after = await trained(network, 'cpu', 1);
  const moved = changed(before.weights, after.weights);
  expect(moved).toEqual(Object.keys(before.weights).filter((name) => name.startsWith('encoder/')));
});

test('gradients through frozen parts equal finite differences', () => {
  const whole = build();
  const arrays = toyArrays(4, 2, SIZE);
  const tensor = (name: string, channels: number) =>
    tf.tensor4d(arrays[name], [2, ...SIZE, channels]);
  const [task] = whole.tasks;
  for (const [part, name] of [
    ['classes', 'encoder/aspp/point/bn/gamma'],
    ['shared', 'classes/hidden/bn/gamma'],
  ]) {
    const network = frozen(whole, partsOf(whole, [part]));
    const loss = () =>
      task.loss(
        network.forward({ image: tensor('image', 3) }, { training: true }).outputs['classes'],
        tensor('target/classes', 1),
        tensor('mask/classes', 1),
      );
    const { trained } = parametersOf(network);
    const { gradients } = gradientsOf(loss, trained);
    expect(Object.keys(gradients).some((key) => key.startsWith('height/'))).toBe(false);
    const { variable } = trained.find((p) => p.name === name)!;
    const gradient = gradients[name].dataSync<'float32'>();
    const at = () => tf.tidy(() => loss().dataSync()[0]);
    expect(gradientError(at, variable, gradient, [0, 1, 2, 3], 1e-2)).toBeLessThan(0.02);
  }
});

test('captured and eager, a step around frozen parts ends alike', async () => {
  const [eager, captured] = await Promise.all(
    ENGINES.map((engine) => {
      const whole = build();
      return trained(frozen(whole, partsOf(whole, ['encoder/stem', 'classes'])), engine, 1);
    }),
  );
  for (const name of Object.keys(eager.weights)) {
    // Rounding differs, and a rounded value may cross a kink of ReLU or L1: a step of 0.05 times
    // gradients that agree to 1e-3.
    expect(captured.weights[name]).toBeAllClose(eager.weights[name], { rtol: 1e-3, atol: 5e-5 });
  }
});

test('of a layer that is frozen in part, the averages run on', async () => {
  const whole = build();
  const network = frozen(whole, ({ name }) => name === 'encoder/stem/bn/gamma');
  const before = await state(network, 'cpu');
  const after = await trained(network, 'cpu', 1);
  const stem = changed(before.weights, after.weights).filter((name) => name.includes('stem/bn'));
  expect(stem).toEqual([
    'encoder/stem/bn/beta',
    'encoder/stem/bn/moving_mean',
    'encoder/stem/bn/moving_variance',
  ]);
});

test('freezing adds up; parts are owners or beginnings of names', () => {
  const whole = build();
  const stem = frozen(whole, partsOf(whole, ['encoder/stem']));
  const more = frozen(stem, partsOf(stem, ['height']));
  const names = more.weights.filter((w) => w.frozen).map(({ name }) => name);
  expect(names).toEqual(
    whole.weights.map(({ name }) => name).filter((name) => /^(encoder\/stem|height)\//.test(name)),
  );
  const inputs = { image: tf.zeros([1, ...SIZE, 3]) };
  // Each of stem and hidden layer has two averages that no longer move.
  const all = whole.forward(inputs, { training: true }).statistics.length;
  expect(more.forward(inputs, { training: true }).statistics.length).toBe(all - 4);
  expect(() => partsOf(whole, ['depth'])).toThrow(
    'part depth: the network has none; expected one of shared, classes, height, or the beginning ' +
      "of a weight's name, for example encoder/stem",
  );
});
