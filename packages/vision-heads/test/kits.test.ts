import type { Target } from '@scene-mtl/core';
import { VOID, type Field, type Sample } from '@scene-mtl/data';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { kitNamed, kits, tilesOf, tasksFor, type VisionTask } from '../src/index.ts';
import { targetKits, targetsFor, type KitData } from '../src/targets.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const data: KitData = {
  fields: ['semantic', 'instance', 'depth', 'range', 'normals', 'edges', 'weather', 'steering'],
  annotations: { range: { kind: 'depth', unit: 'm' } },
  legend: {
    classes: ['road', 'car', 'sky'],
    palette: [
      [128, 64, 128],
      [0, 0, 142],
      [70, 130, 180],
    ],
    instanceClasses: [1],
  },
  labels: { weather: ['sun', 'rain', 'snow'] },
  numbers: { steering: 2 },
};
const tasks = tasksFor(data);

/** Samples that carry everything, with holes in what may have some; at least one pixel is known. */
const samples = fc
  .record({
    height: fc.integer({ min: 2, max: 4 }),
    width: fc.integer({ min: 2, max: 5 }),
    seed: fc.integer(),
  })
  .map(({ height, width, seed }): Sample => {
    const pixels = height * width;
    const size = { height, width };
    const draw = (k: number) => {
      const x = Math.sin(seed * 0.001 + 12.9898 * k) * 43758.5453;
      return x - Math.floor(x);
    };
    const of = (k: number, f: (u: number, i: number) => number) =>
      Array.from({ length: pixels }, (_, i) => f(draw(100 * k + i), i));
    const valid = Uint8Array.from(of(1, (u, i) => Number(i === 0 || u > 0.3)));
    const angles = of(2, (u) => 6.28 * u);
    const fields: Record<string, Field> = {
      image: map('photo', size, new Uint8Array(3 * pixels).fill(90)),
      semantic: map(
        'classes',
        size,
        Uint8Array.from(of(3, (u, i) => (i > 0 && u > 0.8 ? VOID : Math.floor(3 * u) % 3))),
      ),
      instance: map(
        'objects',
        size,
        Uint16Array.from(of(4, (u, i) => (i === 0 || u > 0.5 ? 26001 + (i % 2) : 0))),
      ),
      depth: { ...map('disparity', size, Float32Array.from(of(5, (u) => 9 * u))), valid },
      range: { ...map('depth', size, Float32Array.from(of(8, (u) => 80 * u))), valid },
      normals: {
        ...map(
          'normals',
          size,
          Float32Array.from(angles.flatMap((a) => [0.6 * Math.cos(a), 0.6 * Math.sin(a), -0.8])),
        ),
        valid,
      },
      edges: map(
        'edges',
        size,
        Uint8Array.from(of(6, (u, i) => (i > 0 && u > 0.8 ? VOID : Number(i === 0 || u > 0.5)))),
      ),
      weather: { kind: 'label', value: 1 },
      steering: { kind: 'numbers', data: Float32Array.of(draw(7), -3) },
    } as Record<string, Field>;
    return { id: 'street_1', fields };
  });

const map = (kind: string, size: object, values: Uint8Array | Uint16Array | Float32Array) => ({
  kind,
  ...size,
  data: values,
});

const sizeOf = ({ fields }: Sample) =>
  fields['image'] as unknown as { height: number; width: number };

/** The output of a head that knows the truth: logits of a softmax or sigmoid are ±50. */
function perfect(task: VisionTask, { value }: Target): Float32Array {
  if (task.likelihood !== 'softmax') return value.slice();
  if (task.outputChannels === 1) return value.map((y) => (y === 1 ? 50 : -50));
  const output = new Float32Array(value.length * task.outputChannels);
  value.forEach((c, i) => (output[i * task.outputChannels + c] = 50));
  return output;
}

const placesOf = ({ places }: VisionTask, height: number, width: number): readonly number[] =>
  places?.([height, width]) ?? [height, width];

/** Loss of one example. */
function loss(task: VisionTask, sample: Sample, output: tf.Tensor, target: Target): tf.Scalar {
  const { height, width } = sizeOf(sample);
  const places = placesOf(task, height, width);
  const shaped = (values: Float32Array, channels: number) =>
    tf.tensor(values, [1, ...places, channels]);
  return task.loss(
    tf.reshape(output, [1, ...places, task.outputChannels]),
    shaped(target.value, task.targetChannels),
    shaped(target.mask, 1),
  );
}

const numberOf = (scalar: () => tf.Tensor): number => tf.tidy(() => scalar().dataSync()[0]);

test('the registry has the paper’s tasks first, and the part without tensors agrees with it', () => {
  expect(kits.map(({ name }) => name)).toEqual([
    'semantic',
    'instance',
    'depth',
    'metric-depth',
    'normals',
    'edges',
    'classification',
    'regression',
  ]);
  expect(targetKits.map(({ name }) => name)).toEqual(kits.map(({ name }) => name));
  expect(tasks.map(({ name }) => name)).toEqual(data.fields);
  expect(Object.keys(targetsFor(data))).toEqual(data.fields);
  expect(() => kitNamed('disparity')).toThrow('task kit disparity: expected one of semantic, ');
});

test('data without annotations has no tasks', () => {
  expect(tasksFor({ fields: [] })).toEqual([]);
});

describe.each(tasks.map((task) => [task.name, task] as const))('%s', (_, task) => {
  test('says of itself what its kit says', () => {
    const { kit } = task;
    expect(task.likelihood).toBe(kit.likelihood);
    expect(task.metrics).toEqual(kit.metrics);
    expect(task.view?.error).toEqual(kit.error);
    expect(task.meaning({ height: 2, width: 4 })).not.toBe('');
    expect(new Set(task.metrics.map(({ name }) => name)).size).toBe(task.metrics.length);
  });

  test('the target is finite, 0 where it is masked, and absent without the annotation', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { value, mask } = task.encode(sample);
        const { height, width } = sizeOf(sample);
        const places = placesOf(task, height, width).reduce((a, b) => a * b, 1);
        expect(mask).toHaveLength(places);
        expect(value).toHaveLength(places * task.targetChannels);
        expect(mask[0]).toBe(1);
        value.forEach((x, i) => {
          expect(Number.isFinite(x)).toBe(true);
          if (mask[Math.floor(i / task.targetChannels)] === 0) expect(x).toBe(0);
        });
        const { [task.name]: __, ...fields } = sample.fields;
        expect(task.has(sample)).toBe(true);
        expect(task.has({ ...sample, fields })).toBe(false);
        expect(() => task.encode({ ...sample, fields })).toThrow('street_1');
      }),
      { numRuns: 25 },
    );
  });

  test('a perfect prediction costs nothing and has the best metrics; an empty mask costs nothing', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const target = task.encode(sample);
        const output = perfect(task, target);
        expect(numberOf(() => loss(task, sample, tf.tensor1d(output), target))).toBeCloseTo(0, 5);
        const none = { ...target, mask: new Float32Array(target.mask.length) };
        const random = output.map((x, i) => x + Math.sin(i));
        expect(numberOf(() => loss(task, sample, tf.tensor1d(random), none))).toBe(0);
        const { height, width } = sizeOf(sample);
        const accumulator = task.accumulator();
        accumulator.add(task.decode(output, height, width), sample);
        const result = accumulator.result();
        expect(Object.keys(result)).toEqual(task.metrics.map(({ name }) => name));
        for (const { name, better } of task.metrics) {
          // A median angle is known to half a bin of 0.01°.
          expect(Math.abs(result[name] - (better === 'higher' ? 100 : 0))).toBeLessThan(0.0051);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('what accumulators counted one by one, put together, is what one counts of all', () => {
    fc.assert(
      fc.property(samples, samples, (first, second) => {
        const whole = task.accumulator();
        const joined = task.accumulator();
        for (const [k, sample] of [first, second].entries()) {
          const { height, width } = sizeOf(sample);
          const output = perfect(task, task.encode(sample)).map((x, i) => x + Math.sin(i + k));
          const prediction = task.decode(output, height, width);
          const one = task.accumulator();
          one.add(prediction, sample);
          const alone = one.result();
          whole.add(prediction, sample);
          joined.merge(one);
          // Giving changes nothing in the giver.
          expect(one.result()).toEqual(alone);
        }
        expect(joined.result()).toEqual(whole.result());
      }),
      { numRuns: 10 },
    );
  });

  test('the gradient of the loss is that of finite differences', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 99 }), (sample, k) => {
        const target = task.encode(sample);
        const wave = (phase: number) =>
          perfect(task, target).map((_x, i) => Math.sin(i * k + phase));
        // Around a prediction that is off by 0.3 … 2.3 everywhere, away from the kink of an absolute error.
        const at = target.value.length === wave(0).length ? target.value : wave(2);
        const output = tf.tensor1d(wave(0).map((x, i) => at[i] + 1.3 + x));
        const along = tf.tensor1d(wave(1));
        const f = (x: tf.Tensor) => loss(task, sample, x, target);
        const slope = numberOf(() => tf.sum(tf.mul(tf.grad(f)(output), along)));
        const moved = (step: number) => numberOf(() => f(tf.add(output, tf.mul(along, step))));
        const by = (h: number) => (moved(h) - moved(-h)) / (2 * h);
        const [coarse, fine] = [by(0.02), by(0.01)];
        // Of a loss that bends within h, as that of a normal of hardly any length, differences are good to what they
        // change with h: their error goes with h², so that the finer one is off by a third of that.
        const bend = Math.abs(coarse - fine);
        expect(Math.abs(slope - fine)).toBeLessThan(2e-3 * (1 + Math.abs(fine)) + bend);
        tf.dispose([output, along]);
      }),
      { numRuns: 25 },
    );
  });

  test('a split without truth has no metrics, and other lengths are not decoded', () => {
    const accumulator = task.accumulator();
    expect(Object.values(accumulator.result()).every((x) => Number.isNaN(x) || x === 0)).toBe(true);
    expect(() => task.decode(new Float32Array(7), 2, 2)).toThrow(`${task.name}: expected`);
  });

  test('pictures and errors have the size; the truth has no error', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { view } = task;
        if (!view) return;
        const { height, width } = sizeOf(sample);
        const target = task.encode(sample);
        const prediction = task.decode(perfect(task, target), height, width);
        const tiles = tilesOf([task], sample, { [task.name]: prediction }, { errors: true });
        expect(tiles.map(({ name }) => name)).toEqual([
          'photo',
          ...['truth', 'prediction', 'error'].map((side) => `${view.shows}, ${side}`),
        ]);
        for (const tile of tiles) {
          expect([tile.height, tile.width]).toEqual([height, width]);
          expect(tile.data).toHaveLength(3 * height * width);
        }
        const { error, mask } = view.errors(prediction, target);
        expect(Array.from(mask)).toEqual(Array.from(target.mask));
        for (let i = 0; i < mask.length; i++) {
          if (mask[i] !== 0) expect(error[i]).toBeCloseTo(0, 4);
        }
        expect(view.top(target, { height, width })).toBeGreaterThan(0);
      }),
      { numRuns: 10 },
    );
  });

  test('the constant fits what it saw, and the files of a photograph have its size', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { height, width } = sizeOf(sample);
        const size = { height, width };
        const fit = task.constant();
        fit.add(task.encode(sample));
        const prediction = task.decode(fit.output(size), height, width);
        const accumulator = task.accumulator();
        accumulator.add(prediction, sample);
        expect(Number.isFinite(accumulator.result()[task.metrics[0].name])).toBe(true);
        const native = { height: 2 * height, width: 2 * width };
        const semantic = tasks[0].decode(tasks[0].constant().output(size), height, width);
        const files = task.files({
          stem: 'street_1',
          image: new Uint8Array(3 * 4 * height * width),
          ...{ size, native, input: size },
          predictions: { semantic, [task.name]: prediction },
        });
        expect(files.length).toBeGreaterThan(0);
        for (const { path, content } of files) {
          if (typeof content === 'string') continue;
          expect({ path, height: content.height, width: content.width }).toEqual({
            path,
            ...native,
          });
          expect([1, 3]).toContain(content.data.length / (content.height * content.width));
        }
      }),
      { numRuns: 10 },
    );
  });
});
