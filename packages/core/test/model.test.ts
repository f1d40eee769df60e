import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  aspp,
  countParameters,
  dilatedResidual,
  frozen,
  lastFeatures,
  multiTaskModel,
  parametersOf,
  scaledRates,
  uncertainty,
  withAspp,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { tinyEncoder, toyTask, toyTasks } from './toy.ts';

beforeAll(useCpu);

const ENCODER = { name: 'encoder', seed: 1, owner: 'shared' } as const;

const build = (seed = 1) =>
  multiTaskModel({ encoder: tinyEncoder(), tasks: toyTasks(), size: [16, 24], seed });

test('each task has one output at the size of the input, by its name', () => {
  const network = build();
  expect(network.model.outputNames).toEqual(['classes', 'height']);
  const { outputs } = network.forward({ image: tf.zeros([2, 16, 24, 3]) }, { training: false });
  expect(outputs['classes'].shape).toEqual([2, 16, 24, 3]);
  expect(outputs['height'].shape).toEqual([2, 16, 24, 1]);
});

test('a model of one task works the same way', () => {
  const tasks = [toyTask('height', 'laplace', 1)];
  const network = multiTaskModel({ encoder: tinyEncoder(), tasks, size: [16, 16], seed: 1 });
  const { outputs } = network.forward({ image: tf.zeros([1, 16, 16, 3]) }, { training: true });
  expect(outputs['height'].shape).toEqual([1, 16, 16, 1]);
});

test('the same seed gives the same bytes, another seed others', () => {
  const bytes = (seed: number) =>
    build(seed).model.weights.map((w) => Array.from(w.read().dataSync()));
  expect(bytes(1)).toEqual(bytes(1));
  expect(bytes(1)).not.toEqual(bytes(2));
});

test("the encoder's weights do not depend on which tasks there are", () => {
  const encoderOf = (names: string[]) => {
    const tasks = toyTasks().filter((t) => names.includes(t.name));
    const network = multiTaskModel({ encoder: tinyEncoder(), tasks, size: [16, 16], seed: 1 });
    const weights = network.model.weights.filter((w) => w.originalName.startsWith('encoder/'));
    return weights.map((w) => [w.originalName, Array.from(w.read().dataSync())]);
  };
  expect(encoderOf(['classes'])).toEqual(encoderOf(['classes', 'height']));
});

test('the default encoder has output stride 8 and about 0.66 M parameters', () => {
  const encoder = dilatedResidual();
  const image = tf.input({ shape: [64, 128, 3] });
  const features = lastFeatures(encoder.build(image, ENCODER));
  expect(features.shape).toEqual([null, 8, 16, 320]);
  expect(encoder.channels).toBe(320);
  const model = tf.model({ inputs: image, outputs: features });
  // Stem 864; stage 1 4 · 9·32·32 + 32·32; stage 2 9·32·64 + 3 · 9·64·64 + 32·64; stage 3
  // 9·64·96 + 3 · 9·96·96 + 64·96: 494,432; ASPP 96·64 · (1 + 3 · 9 + 1) = 178,176; two per channel
  // of normalisation: 32 + 5·32 + 5·64 + 5·96 + 5·64 channels.
  const convolutions = 864 + 37_888 + 131_072 + 310_272 + 178_176;
  expect(model.countParams() - 2 * 1312).toBe(convolutions + 2 * 1312);
  const dilated = model.layers.filter(
    (l) =>
      l.getClassName() === 'Conv2D' && l.name.includes('stage3') && !l.name.includes('shortcut'),
  );
  expect(dilated.length).toBe(4);
  for (const layer of dilated) expect(layer.getConfig()['dilationRate']).toEqual([2, 2]);
});

test('rates of the pyramid shrink with the image', () => {
  expect(scaledRates([512, 512], 8)).toEqual([12, 24, 36]);
  expect(scaledRates([128, 256], 8)).toEqual([3, 6, 9]);
  expect(scaledRates([512, 512], 16)).toEqual([6, 12, 18]);
  expect(scaledRates([8, 8], 8)).toEqual([1, 1, 1]);
});

test('a projection after the pyramid sets the channels of the features', () => {
  const backbone = dilatedResidual({ channels: [16, 16, 16], blocks: [1, 1, 1], aspp: null });
  expect(backbone.channels).toBe(16);
  const encoder = withAspp(backbone, { channels: 16, rates: [1, 2, 3], projection: 48 });
  const image = tf.input({ shape: [32, 32, 3] });
  const features = lastFeatures(encoder.build(image, ENCODER));
  expect([features.shape, encoder.channels]).toEqual([[null, 4, 4, 48], 48]);
  const without = withAspp(backbone, { channels: 16, rates: [1, 2, 3] });
  expect(without.channels).toBe(80);
});

test('the image branch of the pyramid carries the mean of the whole image everywhere', () => {
  const x = tf.input({ shape: [4, 6, 2] });
  const y = aspp(x, { name: 'a', seed: 1, owner: 'shared' }, { channels: 3, rates: [1] });
  const model = tf.model({ inputs: x, outputs: y });
  const value = (input: tf.Tensor) =>
    (model.predict(input) as tf.Tensor).arraySync() as number[][][][];
  const image = tf.randomNormal([1, 4, 6, 2], 0, 1, 'float32', 2);
  const shifted = tf.reverse(image, [1, 2]);
  // Channels 6 … 8 come last: the same in every cell, and unchanged when the cells change places.
  const cells = value(image)[0]
    .flat()
    .map((cell) => cell.slice(6));
  const moved = value(shifted)[0]
    .flat()
    .map((cell) => cell.slice(6));
  for (const cell of [...cells, ...moved]) expect(cell).toBeAllClose(cells[0], { atol: 1e-5 });
});

test('a size that the output stride does not divide is refused', () => {
  const options = { encoder: tinyEncoder(), tasks: toyTasks(), seed: 1 };
  expect(() => multiTaskModel({ ...options, size: [20, 24] })).toThrow('stride 8, got 20×24');
  expect(() => multiTaskModel({ ...options, tasks: [], size: [16, 16] })).toThrow('one or more');
  const twice = [toyTasks()[0], toyTasks()[0]];
  expect(() => multiTaskModel({ ...options, tasks: twice, size: [16, 16] })).toThrow('distinct');
  const taken = [toyTask('encoder', 'laplace', 1)];
  expect(() => multiTaskModel({ ...options, tasks: taken, size: [16, 16] })).toThrow('taken');
});

test('every weight has exactly one role', () => {
  const network = build();
  const weighting = uncertainty.make({ objectives: toyTasks() });
  const part = frozen(network, ({ name }) => name.includes('stem'));
  const set = parametersOf(part, weighting.variables);
  const names = [...set.trained, ...set.frozen, ...set.buffers].map((p) => p.name);
  expect(names.length).toBe(network.model.weights.length + 2);
  expect(new Set(names).size).toBe(names.length);
  expect(set.frozen.map((p) => p.name)).toEqual([
    'encoder/stem/conv/kernel',
    'encoder/stem/bn/gamma',
    'encoder/stem/bn/beta',
  ]);
  const roles = new Map(set.trained.map((p) => [p.name, p]));
  expect(roles.get('encoder/stage1/block1/1/conv/kernel')?.role).toBe('shared');
  expect(roles.get('classes/output/bias')).toMatchObject({
    role: 'task',
    task: 'classes',
    decay: false,
  });
  expect(roles.get('weighting/height')).toMatchObject({ role: 'weighting', decay: false });
  const counts = countParameters(set);
  expect(counts.weighting).toBe(2);
  // 3·3·3·4 + 4 + 4
  expect(counts.frozen).toBe(116);
  expect(counts.total).toBe(counts.shared + counts.task + 118);
});
