import { compile } from '@scene-mtl/runtime';
import {
  dilatedResidual,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  sgd,
  trainingStep,
  uncertainty,
  type Task,
} from '@scene-mtl/core';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { centresOf, stream, VOID, type Sample } from '@scene-mtl/data';
import { streetSample, type StreetArrays } from '@scene-mtl/data/testing';
import {
  centreVectors,
  depth,
  instance,
  sampleArrays,
  semantic,
  symmetricNormalisation,
} from '../src/index.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

/** A frame of 2 × 4 px with two objects. */
const arrays = {
  id: 'street_1',
  height: 2,
  width: 4,
  image: new Uint8Array(24).fill(51),
  // prettier-ignore
  semantic: Uint8Array.of(
    0, 1, 1, VOID,
    2, 2, 1, 0,
  ),
  // prettier-ignore
  instance: Uint16Array.of(
    0, 26001, 26001, 0,
    0, 0, 26001, 7,
  ),
  // prettier-ignore
  disparity: Float32Array.of(
    0, 1.5, 2, NaN,
    3, 0, 4, 5,
  ),
  // prettier-ignore
  disparityValid: Uint8Array.of(
    1, 1, 1, 0,
    1, 0, 1, 1,
  ),
};
const frame = (changes: Partial<StreetArrays> = {}): Sample =>
  streetSample({ ...arrays, ...changes });

test('semantic targets leave out void', () => {
  const { value, mask } = semantic(3).encode(frame());
  expect(Array.from(value)).toEqual([0, 1, 1, 0, 2, 2, 1, 0]);
  expect(Array.from(mask)).toEqual([1, 1, 1, 0, 1, 1, 1, 1]);
});

test('a class that the head does not know is refused with sample and pixel', () => {
  expect(() => semantic(2).encode(frame())).toThrow(
    'sample street_1 pixel 4: expected a class below 2 or 255, got 2',
  );
  expect(() => semantic(1)).toThrow('2 … 255 classes, got 1');
});

test('instance targets point from each pixel to the mean pixel of its object', () => {
  const { value, mask } = instance().encode(frame());
  // Object 26001: pixels (row 0, columns 1 and 2), (row 1, column 2); mean row 1/3, column 5/3.
  expect(Array.from(mask)).toEqual([0, 1, 1, 0, 0, 0, 1, 1]);
  expect(value).toBeAllClose([
    0,
    0,
    2 / 3,
    1 / 3,
    -1 / 3,
    1 / 3,
    0,
    0,
    0,
    0,
    0,
    0,
    -1 / 3,
    -2 / 3,
    0,
    0,
  ]);
});

test('given centres are used, and may lie outside the grid', () => {
  const centres = new Map([
    [26001, { row: -3, column: 6 }],
    [7, { row: 1, column: 3 }],
  ]);
  const { value } = instance().encode(frame({ centres }));
  // Pixel (0, 1): dx = 6 − 1, dy = −3 − 0.
  expect([value[2], value[3]]).toEqual([5, -3]);
  centres.delete(7);
  expect(() => instance().encode(frame({ centres }))).toThrow(
    'sample street_1: expected a centre for object 7',
  );
});

test('every pixel plus its vector is its centre, and mirroring negates dx', () => {
  const [height, width] = [5, 6];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 30, maxLength: 30 }),
      (ids) => {
        const labels = Uint16Array.from(ids);
        const sized = { id: 'random', height, width };
        const sample = streetSample({ ...sized, instance: labels });
        const { value, mask } = centreVectors(sample);
        const centres = centresOf(labels, width);
        const mirroredAt = (i: number) => i - (i % width) + (width - 1 - (i % width));
        const mirrored = centreVectors(
          streetSample({ ...sized, instance: labels.map((_, i) => labels[mirroredAt(i)]) }),
        );
        for (let i = 0; i < ids.length; i++) {
          expect(mask[i]).toBe(ids[i] === 0 ? 0 : 1);
          const centre = centres.get(ids[i]);
          if (!centre) continue;
          expect((i % width) + value[2 * i]).toBeCloseTo(centre.column, 4);
          expect(Math.floor(i / width) + value[2 * i + 1]).toBeCloseTo(centre.row, 4);
          const j = mirroredAt(i);
          expect(mirrored.value[2 * j]).toBeCloseTo(-value[2 * i], 4);
          expect(mirrored.value[2 * j + 1]).toBeCloseTo(value[2 * i + 1], 4);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('depth targets are the known disparities; unknown ones are 0, not NaN', () => {
  const { value, mask } = depth().encode(frame());
  expect(Array.from(value)).toEqual([0, 1.5, 2, 0, 3, 0, 4, 5]);
  expect(Array.from(mask)).toEqual([1, 1, 1, 0, 1, 0, 1, 1]);
  const broken = frame({ disparityValid: new Uint8Array(8).fill(1) });
  expect(() => depth().encode(broken)).toThrow('street_1 pixel 3: expected a finite disparity');
});

test('a sample without an annotation has not the task, and encoding it is an error', () => {
  const { id, height, width, image } = arrays;
  const bare = streetSample({ id, height, width, image });
  for (const task of [semantic(3), instance(), depth()] as Task[]) {
    expect(task.has(frame())).toBe(true);
    expect(task.has(bare)).toBe(false);
    expect(() => task.encode(bare)).toThrow(
      `sample street_1: expected field '${task.name}' of kind`,
    );
  }
});

test('decoding gives the most probable class and its probability', () => {
  // exp: 1, 2, 1 → ½; equal logits → the lower class.
  const logits = Float32Array.of(0, Math.log(2), 0, 1, 1, 1);
  const { classes, confidence, probabilities } = semantic(3).decode(logits, 1, 2);
  expect(Array.from(classes)).toEqual([1, 0]);
  expect(confidence).toBeAllClose([0.5, 1 / 3]);
  expect(probabilities).toBeAllClose([0.25, 0.5, 0.25, 1 / 3, 1 / 3, 1 / 3]);
  // Large logits do not overflow.
  expect(semantic(2).decode(Float32Array.of(1000, -1000), 1, 1).confidence[0]).toBe(1);
  for (const task of [semantic(3), instance(), depth()] as Task[]) {
    expect(() => task.decode(new Float32Array(5), 2, 2)).toThrow('to decode, got 5');
  }
});

test('losses are those of the paper, by hand', () => {
  const t = (values: number[], channels: number) => tf.tensor4d(values, [1, 1, 2, channels]);
  const mask = t([1, 1], 1);
  const value = (x: tf.Tensor) => x.dataSync()[0];
  // |1 − 3| + |2 + 1| = 5 and 0, over two pixels.
  expect(value(instance().loss(t([1, 2, 0, 0], 2), t([3, -1, 0, 0], 2), mask))).toBeCloseTo(2.5, 6);
  expect(value(depth().loss(t([1, 2], 1), t([3, 1], 1), mask))).toBeCloseTo(1.5, 6);
  // log 2 for two equal logits.
  expect(value(semantic(2).loss(t([4, 4, 0, 0], 2), t([0, 1], 1), mask))).toBeCloseTo(Math.LN2, 6);
});

const smallEncoder = () =>
  dilatedResidual({
    stem: 8,
    channels: [8, 8, 8],
    blocks: [1, 1, 1],
    aspp: { channels: 8, rates: [1] },
  });

test.each([1, 3] as const)('the decoder has one hidden layer, kernel size %i', (kernel) => {
  const network = multiTaskModel({
    encoder: smallEncoder(),
    tasks: [semantic(4), instance(), depth()] as Task[],
    size: [16, 24],
    decoder: { width: 12, kernel },
    seed: 1,
  });
  const shape = (name: string) => network.model.weights.find((w) => w.originalName === name)?.shape;
  // Features: three branches of 8 channels.
  expect(shape('instance/hidden/conv/kernel')).toEqual([kernel, kernel, 24, 12]);
  expect(shape('instance/output/kernel')).toEqual([1, 1, 12, 2]);
  expect(shape('semantic/output/bias')).toEqual([4]);
  expect(network.model.outputs.map((o) => o.shape.slice(1))).toEqual([
    [16, 24, 4],
    [16, 24, 2],
    [16, 24, 1],
  ]);
});

test('the three tasks are learned together from a sample', async () => {
  const [height, width] = [16, 32];
  const random = stream(1, 'learn');
  const pixels = height * width;
  // Left half: class 0, disparity 1; right half: class 1, one object, disparity 3.
  const right = Array.from({ length: pixels }, (_, i) => Number(i % width >= width / 2));
  const sample = streetSample({
    id: 'halves',
    height,
    width,
    image: Uint8Array.from(
      { length: 3 * pixels },
      (_, i) => 60 + 120 * right[Math.floor(i / 3)] + random.integer(20),
    ),
    semantic: Uint8Array.from(right),
    instance: Uint16Array.from(right),
    disparity: Float32Array.from(right, (r) => 1 + 2 * r),
    disparityValid: new Uint8Array(pixels).fill(1),
  });
  const tasks = [semantic(2), instance(), depth()] as Task[];
  const network = multiTaskModel({
    encoder: smallEncoder(),
    tasks,
    size: [height, width],
    seed: 2,
  });
  const balancer = uncertainty.make({ objectives: tasks });
  const parameters = parametersOf(network, balancer.variables);
  const step = trainingStep({
    network,
    objectives: tasks.map((task) => objectiveOf(task, network.size)),
    balancer,
    parameters,
    optimiser: sgd(parameters.trained),
    batchSizes: { [MAIN_STREAM]: 1 },
  });
  const compiled = await compile(step.run, step.signature);
  const inputs = {
    ...sampleArrays(sample, tasks, symmetricNormalisation),
    'rate/network': Float32Array.of(0.05),
    'rate/weighting': Float32Array.of(0.05),
    apply: Float32Array.of(1),
  };
  const first = { ...(await compiled.run(inputs)) };
  const start = Object.fromEntries(Object.entries(first).map(([n, v]) => [n, v[0]]));
  let last = start;
  for (let i = 0; i < 120; i++) {
    const outputs = await compiled.run(inputs);
    last = Object.fromEntries(Object.entries(outputs).map(([n, v]) => [n, v[0]]));
  }
  await compiled.dispose();
  for (const { name } of tasks) {
    expect(last[`loss/${name}`]).toBeLessThan(0.4 * start[`loss/${name}`]);
  }
});
