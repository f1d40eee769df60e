import { beforeAll, expect, test } from '@jest/globals';
import type { Annotation } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { defineStreamedDataset, openDataset, type StreamedExample } from '../src/index.ts';
import { fromTfDataset } from '../src/tf-dataset.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const annotations: Readonly<Record<string, Annotation>> = {
  ground: { kind: 'classes', classes: ['soil', 'leaf'], palette: [], instanceClasses: [] },
  height: { kind: 'depth', unit: 'm' },
  weather: { kind: 'label', classes: ['sun', 'rain'] },
  place: { kind: 'numbers', length: 2 },
};
const image = { height: 2, width: 2, data: new Uint8Array(12).fill(90) };
const whole: StreamedExample = {
  id: 'first',
  image,
  labels: { ground: [0, 1, 255, 1], height: [2, NaN, 0, 4], weather: 1, place: [3, 4] },
};
let count = 0;
/** Opens a data set of some examples. */
const of = (...examples: StreamedExample[]) => {
  const name = `streamed-${count++}`;
  defineStreamedDataset({ name, annotations, splits: () => ({ train: () => examples }) });
  return openDataset(name);
};

test('examples are frames: labels as their kinds have them, unknown ones left out', async () => {
  const dataset = await of(whole, { image, labels: {} });
  expect(dataset.list('train')).toEqual(['first', '1']);
  expect(dataset.list('val')).toEqual([]);
  const { fields } = await dataset.read('first', 'train', { height: 2, width: 2 });
  expect(fields).toMatchObject({
    ground: { kind: 'classes', data: Uint8Array.of(0, 1, 255, 1) },
    // Not known where it is NaN or 0.
    height: { kind: 'depth', data: Float32Array.of(2, 0, 0, 4), valid: Uint8Array.of(1, 0, 0, 1) },
    weather: { value: 1 },
    place: { data: Float32Array.of(3, 4) },
  });
  expect(Object.keys((await dataset.read('1', 'train', { height: 1, width: 1 })).fields)).toEqual([
    'image',
  ]);
  await expect((async () => dataset.read('2', 'train', image))()).rejects.toThrow(
    /no frame '2' in split 'train'/,
  );
});

test.each<[string, Partial<StreamedExample>, RegExp]>([
  ['twice', { ...whole }, /streamed-\d+ train: two examples have the id 'first'$/],
  [
    'short',
    { id: 'b', labels: { ground: [0] } },
    /example 'b': label ground: expected 4 numbers, got 1$/,
  ],
  [
    'class',
    { id: 'b', labels: { ground: [0, 1, 2, 0] } },
    /classes 0 … 1, or 255 for void, got 2$/,
  ],
  [
    'label',
    { id: 'b', labels: { weather: 0.5 } },
    /label weather: expected classes 0 … 1, got 0.5$/,
  ],
  [
    'name',
    { id: 'b', labels: { wether: 0 } },
    /wether: expected one of the annotations, ground, height/,
  ],
  [
    'class of more than a byte',
    { id: 'b', labels: { ground: [0, 1, 256, 0] } },
    /classes 0 … 1, or 255 for void, got 256$/,
  ],
  [
    'grey between numbers',
    { id: 'b', image: { ...image, data: new Array<number>(12).fill(0.5) } },
    /example 'b': image: expected whole numbers of 0 … 255, got 0.5; of pixels of 0 … 1/,
  ],
  [
    'image',
    { id: 'b', image: { ...image, data: [1] } },
    /example 'b': image: expected 12 numbers, got 1$/,
  ],
])('what is no example is told: %s', async (_, change, why) => {
  await expect(of(whole, { ...whole, ...change })).rejects.toThrow(why);
});

test('tf.data goes in, and leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const elements = () =>
    tf.data.generator(function* () {
      for (const weather of [0, 1]) {
        const ground = tf.fill([2, 2], weather, 'int32');
        yield { image: tf.fill([2, 2, 3], 200), labels: { weather, ground } };
      }
    });
  defineStreamedDataset({
    name: 'from-tf',
    annotations,
    splits: () => ({ val: fromTfDataset(elements) }),
  });
  const dataset = await openDataset('from-tf');
  const { fields } = await dataset.read('1', 'val', { height: 2, width: 2 });
  expect(fields).toMatchObject({
    weather: { value: 1 },
    ground: { data: Uint8Array.of(1, 1, 1, 1) },
    image: { data: new Uint8Array(12).fill(200) },
  });
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  [
    () => tf.fill([2, 2], 1),
    /tf\.data element 0: image: expected a tensor \[H, W, 3\], got \[2, 2\]$/,
  ],
  [
    () => tf.fill([2, 2, 3], 0.5),
    /element 0: image: expected 0 … 255, got fractions; multiply by 255$/,
  ],
])('an element that is no picture is told', async (make, why) => {
  const name = `wrong-${count++}`;
  const elements = () => tf.data.array([0]).map(() => ({ image: make(), labels: {} }));
  defineStreamedDataset({
    name,
    annotations,
    splits: () => ({ train: fromTfDataset(elements) }),
  });
  await expect(openDataset(name)).rejects.toThrow(why);
});
