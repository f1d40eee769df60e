import { compile } from '@scene-mtl/runtime';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  continuation,
  convBnRelu,
  costOf,
  fixed,
  frozen,
  inside,
  mobileNet,
  objectiveOf,
  MAIN_STREAM,
  multiTaskModel,
  parametersOf,
  partsOf,
  resNet,
  sgd,
  stagedEncoder,
  trainingStep,
  untouchedTasks,
  type Encoder,
  type MultiTaskModel,
  type Runnable,
  type Task,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { tinyEncoder, toyArrays, toyTasks } from './toy.ts';

beforeAll(useCpu);

const SIZE = [16, 32] as const;

/** A head with moving averages and a dropout of its own. */
const withHidden = (task: Task<null>): Task<null> => ({
  ...task,
  decoder(features, size, options) {
    const hidden = convBnRelu(features, inside(options.scope, 'hidden'), { filters: 4 });
    const name = `${options.scope.name}/dropout`;
    const dropped = tf.layers.dropout({ rate: 0.5, name, seed: 1 }).apply(hidden);
    return task.decoder(dropped as tf.SymbolicTensor, size, options);
  },
});

/** An encoder that drops out behind its last stage. */
const withDropout = (encoder: Encoder): Encoder =>
  stagedEncoder(`${encoder.name}-dropout`, [
    ...encoder.stages,
    {
      name: 'dropout',
      stride: encoder.outputStride,
      channels: encoder.channels,
      build: (x, { name }) =>
        tf.layers.dropout({ rate: 0.5, name: `${name}/dropout` }).apply(x) as tf.SymbolicTensor,
    },
  ]);

const ENCODERS: readonly (readonly [string, () => Encoder])[] = [
  ['dilated residual with a pyramid', tinyEncoder],
  ['MobileNet', () => mobileNet({ alpha: 0.25, outputStride: 4, blocks: 2 })],
  ['ResNet', () => resNet({ depth: 18, outputStride: 8 })],
  ['one with a dropout', () => withDropout(tinyEncoder())],
];

const build = (encoder: Encoder, tasks = toyTasks()): MultiTaskModel =>
  multiTaskModel({ encoder, tasks: tasks.map(withHidden), size: SIZE, seed: 1 });

/** The network with all but the head of height frozen. */
const tuned = (network: MultiTaskModel): MultiTaskModel =>
  frozen(network, partsOf(network, ['shared', 'classes']));

const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const imageOf = (seed: number): tf.Tensor =>
  tf.tensor(toyArrays(seed, 2, SIZE)['image'], [2, ...SIZE, 3]);

/** Moving averages as after some training, so that inference differs from statistics of a batch. */
function warmed(network: MultiTaskModel): MultiTaskModel {
  for (const { name, variable } of network.weights) {
    if (/moving_mean$/.test(name)) variable.assign(tf.fill(variable.shape, 0.1));
    if (/moving_variance$/.test(name)) variable.assign(tf.fill(variable.shape, 0.7));
  }
  return network;
}

describe.each(ENCODERS)('%s', (_, encoder) => {
  test('features and the rest give the outputs of the whole, bit by bit', () => {
    const network = tuned(warmed(build(encoder())));
    const rest = continuation(network, ['height']);
    expect(rest.names).toHaveLength(1);
    const image = imageOf(3);
    const whole = network.forward({ image }, { training: false }).outputs['height'];
    const features = rest.features({ image });
    const { outputs, shared } = rest.forward(features, { training: false });
    expect(numbers(outputs['height'])).toEqual(numbers(whole));
    expect(shared?.shape).toEqual([2, ...rest.inputs[rest.names[0]]]);
    // What was frozen stays so: in training too the trunk drops nothing out.
    const [one, two] = [1, 2].map(() => numbers(rest.features({ image })[rest.names[0]]));
    expect(one).toEqual(two);
  });
});

/** Trains the head of height some steps on what a network reads; gives its weights. */
async function trained(
  network: MultiTaskModel,
  runnable: Runnable,
  inputsOf: (image: Float32Array) => Record<string, Float32Array>,
) {
  const objectives = network.tasks.slice(1).map((task) => objectiveOf(task, SIZE));
  const balancer = fixed.make({ objectives }, { height: 1 });
  const parameters = parametersOf(network, balancer.variables);
  const step = trainingStep({
    network: runnable,
    objectives,
    balancer,
    parameters,
    optimiser: sgd(parameters.trained, { weightDecay: 0.1 }),
    batchSizes: { [MAIN_STREAM]: 2 },
  });
  const compiled = await compile(step.run, step.signature, { engine: 'cpu' });
  for (let i = 0; i < 3; i++) {
    const arrays = toyArrays(i, 2, SIZE);
    await compiled.run({
      ...inputsOf(arrays['image']),
      'target/height': arrays['target/height'],
      'mask/height': arrays['mask/height'],
      'rate/network': Float32Array.of(0.05),
      'rate/weighting': Float32Array.of(0),
      apply: Float32Array.of(1),
    });
  }
  await compiled.pull();
  await compiled.dispose();
  return {
    variables: [...step.variables.keys()],
    weights: network.weights.map(({ name, variable }) => [name, numbers(variable)] as const),
  };
}

test('a head trained on features is the head trained through the frozen trunk, bit by bit', async () => {
  // Without dropout, whose draws depend on what ran before.
  const make = () =>
    tuned(
      warmed(multiTaskModel({ encoder: tinyEncoder(), tasks: toyTasks(), size: SIZE, seed: 1 })),
    );
  const [a, b] = [make(), make()];
  const before = a.weights.map(({ name, variable }) => [name, numbers(variable)] as const);
  const rest = continuation(b, ['height']);
  const whole = await trained(a, a, (image) => ({ image }));
  const kept = await trained(b, rest, (image) => {
    const features = rest.features({ image: tf.tensor(image, [2, ...SIZE, 3]) });
    return Object.fromEntries(
      Object.entries(features).map(([name, value]) => [name, value.dataSync<'float32'>()]),
    );
  });
  expect(kept.weights).toEqual(whole.weights);
  // A checkpoint of either is one of the whole network.
  expect(kept.variables).toEqual(whole.variables);
  const moved = kept.weights.filter(([, value], i) => value.join() !== before[i][1].join());
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.every(([name]) => name.startsWith('height/'))).toBe(true);
});

test('the cut lies where training begins: before a stage that is trained too', () => {
  const network = build(tinyEncoder());
  const inputs = (frozenParts: readonly string[], tasks = ['height']) =>
    continuation(frozen(network, partsOf(network, frozenParts)), tasks).inputs;
  // Output stride 8; a pyramid of two rates has four branches of four channels, the stage six.
  const [trunk] = Object.values(inputs(['shared']));
  expect(trunk).toEqual([2, 4, 16]);
  const [stage] = Object.values(inputs(['encoder/stem', 'encoder/stage1', 'encoder/stage2']));
  expect(stage).toEqual([2, 4, 4]);
  // Both heads read the same features.
  expect(Object.keys(inputs(['shared'], ['classes', 'height']))).toHaveLength(1);
  // Nothing frozen: the image itself.
  expect(Object.values(continuation(network, ['height']).inputs)).toEqual([[...SIZE, 3]]);
});

test('a head that begins by enlarging its features keeps the small ones', () => {
  const enlarging = (task: Task<null>): Task<null> => ({
    ...task,
    decoder(features, size, options) {
      const name = `${task.name}/larger`;
      const larger = tf.layers.upSampling2d({ size: [2, 2], name }).apply(features);
      return task.decoder(larger as tf.SymbolicTensor, size, options);
    },
  });
  const network = multiTaskModel({
    encoder: tinyEncoder(),
    tasks: toyTasks().map(enlarging),
    size: SIZE,
    seed: 1,
  });
  const fixedTrunk = frozen(network, partsOf(network, ['shared']));
  expect(Object.values(continuation(fixedTrunk, ['height']).inputs)).toEqual([[2, 4, 16]]);
});

test('outputs that training cannot change are known; wanting to train them is an error', () => {
  const network = build(tinyEncoder());
  expect(untouchedTasks(network)).toEqual([]);
  expect(untouchedTasks(tuned(network))).toEqual(['classes']);
  expect(untouchedTasks(frozen(network, partsOf(network, ['classes'])))).toEqual([]);
  expect(() => continuation(tuned(network), ['classes'])).toThrow(
    'continuation: nothing that the output of classes depends on is trained; freeze less',
  );
  expect(() => continuation(tuned(network), ['edges'])).toThrow(
    'continuation: the network has no task edges; it has classes, height',
  );
  const rest = continuation(tuned(network), ['height']);
  expect(() => rest.forward({}, { training: false })).toThrow(
    `continuation: expected an input ${rest.names[0]}, got []`,
  );
});

test('a frozen dropout drops nothing out in training, a trained one does', () => {
  const network = warmed(build(withDropout(tinyEncoder())));
  const image = imageOf(1);
  const passes = (of: MultiTaskModel, task: string) =>
    [1, 2].map(() => numbers(of.forward({ image }, { training: true }).outputs[task]));
  const [one, two] = passes(tuned(network), 'classes');
  expect(one).toEqual(two);
  const inference = tuned(network).forward({ image }, { training: false }).outputs['classes'];
  expect(one).toEqual(numbers(inference));
  const [first, second] = passes(network, 'classes');
  expect(first).not.toEqual(second);
});

test('multiply-adds are kernel × places of the output', () => {
  const network = build(mobileNet({ alpha: 0.25, outputStride: 4, blocks: 2 }));
  // The stem: 3·3·3·8 at 8×16 places, 8 + 8 of its normalisation.
  const stem = network.weights.find(({ name }) => name.endsWith('/kernel'))!.name.split('/');
  const part = stem.slice(0, 2).join('/');
  expect(costOf(network, partsOf(network, [part]))).toEqual({
    parameters: 216 + 16,
    multiplyAdds: 216 * 128,
  });
  const whole = costOf(network);
  const parts = ['shared', 'classes', 'height'].map((name) =>
    costOf(network, partsOf(network, [name])),
  );
  expect(parts.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0)).toBe(whole.multiplyAdds);
});
