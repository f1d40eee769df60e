import { beforeAll, expect, test } from '@jest/globals';
import { classMap, depthMap, type Annotation, type Sample } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { tasksFor } from '../src/index.ts';
import { targetsFor } from '../src/targets.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const legend = (...classes: string[]) => ({
  ...{ kind: 'classes' as const, classes, instanceClasses: [1] },
  palette: classes.map((_, k) => [k, k, k] as const),
});

/** Every kind under names of its own, two of some. */
const annotations: Record<string, Annotation> = {
  parts: legend('soil', 'leaf'),
  // Names of Cityscapes' classes, which make no official ids of one's own data.
  street: legend('road', 'car', 'sky'),
  flowers: { kind: 'objects', within: 'parts' },
  stereo: { kind: 'disparity' },
  depth: { kind: 'depth', unit: 'mm' },
  surface: { kind: 'normals' },
  contours: { kind: 'edges' },
  weather: { kind: 'label', classes: ['sun', 'rain'] },
  age: { kind: 'numbers', length: 2 },
};
const data = { fields: Object.keys(annotations), annotations };
const size = { height: 1, width: 2 };
const pixels = Uint8Array.of(0, 1);

test('every annotation is a task of its name, its metrics, files and targets too', () => {
  const tasks = tasksFor(data);
  expect(tasks.map(({ name, kit, title }) => [name, kit.name, title])).toEqual([
    ['parts', 'semantic', 'Parts'],
    ['street', 'semantic', 'Street'],
    ['flowers', 'instance', 'Flowers'],
    ['stereo', 'depth', 'Stereo'],
    ['depth', 'metric-depth', 'Depth'],
    ['surface', 'normals', 'Surface'],
    ['contours', 'edges', 'Contours'],
    ['weather', 'classification', 'Weather'],
    ['age', 'regression', 'Age'],
  ]);
  expect(Object.keys(targetsFor(data))).toEqual(tasks.map(({ name }) => name));
  const outputs = Object.fromEntries(
    tasks.map((task) => {
      const places = (task.places?.([1, 2]) ?? [1, 2]).reduce((a, b) => a * b, 1);
      return [task.name, task.decode(new Float32Array(places * task.outputChannels), 1, 2)];
    }),
  );
  const sizes = { size, native: size, input: size };
  const photo = { stem: 'a', image: new Uint8Array(6), ...sizes, predictions: outputs };
  const beside = new Set(data.fields);
  for (const task of tasks) {
    const judged = task.judges(size, beside).flatMap(({ metrics }) => metrics);
    expect(judged.filter(({ name }) => !name.startsWith(`${task.name}/`))).toEqual([]);
    const paths = task.files(photo).map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith(`${task.name}/`))).toEqual([]);
    expect(paths).not.toEqual([]);
  }
});

test('two tasks of one kind are judged each by its own field', () => {
  const [parts, street, , , depth] = tasksFor(data);
  const sample: Sample = {
    id: 'a',
    fields: {
      parts: classMap(size, pixels),
      depth: depthMap(size, Float32Array.of(200, 0), Uint8Array.of(1, 0)),
    },
  };
  expect([parts.has(sample), street.has(sample)]).toEqual([true, false]);
  const right = {
    classes: pixels,
    confidence: new Float32Array(2),
    probabilities: new Float32Array(4),
  };
  const [of, other] = [parts, street].map((task) => task.accumulator());
  of.add(right, sample);
  other.add(right, sample);
  expect(of.result()).toEqual({ iou: 100, pixelAccuracy: 100 });
  expect(other.result()['iou']).toBeNaN();
  const far = depth.accumulator();
  far.add({ depth: Float32Array.of(230, 9) }, sample);
  // |230 − 200|, 30 / 200, and 230 / 200 = 1.15 < 1.25; the second pixel is not known.
  expect(far.result()).toMatchObject({ meanError: 30, rms: 30, absRel: 0.15, delta1: 100 });
  expect(depth.metrics[0].unit).toBe('mm');
});
