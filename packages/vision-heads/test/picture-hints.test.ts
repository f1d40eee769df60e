import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import {
  fallingHint,
  flipHint,
  hintObjectives,
  kits,
  lightHint,
  rowsHint,
  tasksFor,
  unturnedHint,
} from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Map = (image: tf.Tensor) => tf.Tensor;
const image = () => tf.tensor(stream(1, 'image').normals(2 * 3 * 4 * 3), [2, 3, 4, 3]);
const says =
  (head: string, map: Map) =>
  ({ image: seen }: Readonly<Record<string, tf.Tensor>>) => ({ [head]: map(seen) });
const worst = (error: tf.Tensor) => Math.max(...tf.abs(error).dataSync());
/** Grey values of a picture. */
const grey: Map = (x) => tf.mean(x, 3, true);
/** How grey changes to the right: as a vector (dx, 0). */
const slope: Map = (x) => {
  const g = grey(x);
  const padded = tf.pad(g, [
    [0, 0],
    [0, 0],
    [1, 1],
    [0, 0],
  ]);
  const dx = tf.sub(
    tf.slice(padded, [0, 0, 2, 0], g.shape),
    tf.slice(padded, [0, 0, 0, 0], g.shape),
  );
  return tf.concat([dx, tf.zerosLike(dx)], 3);
};

test('a mirror moves a map, and turns the x of a vector', () => {
  const batch = { image: image() };
  expect(worst(flipHint('depth').error(says('depth', grey), batch))).toBeLessThan(1e-10);
  const turned = { turn: (map: tf.Tensor) => tf.mul(map, [-1, 1]) };
  expect(worst(flipHint('v', turned).error(says('v', slope), batch))).toBeLessThan(1e-10);
  expect(worst(flipHint('v').error(says('v', slope), batch))).toBeGreaterThan(0.01);
});

test('classes that go by contrast and not by light obey the hint of light', () => {
  const batch = { image: image() };
  // The sign of a colour against the mean of the picture: neither factor nor shift changes it.
  const relative: Map = (x) => tf.sign(tf.sub(x, tf.mean(x, [1, 2, 3], true)));
  expect(worst(lightHint('c').error(says('c', relative), batch))).toBe(0);
  // 0.8 x + 0.2 − x = 0.2 (1 − x).
  const own = lightHint('c').error(
    says('c', (x) => x),
    batch,
  );
  const expected = tf.square(tf.mul(tf.sub(1, batch.image), 0.2));
  expect(worst(tf.sub(own, expected))).toBeLessThan(1e-6);
});

test('disparity that falls down a column costs the square of the fall', () => {
  const map = tf.tensor([1, 3, 2, 2], [1, 4, 1, 1]);
  const error = rowsHint('d').error(() => ({ d: map }), {});
  // From 3 to 2.
  expect(Array.from(error.dataSync())).toEqual([0, 1, 0]);
});

test('false hints cost what true ones do not', () => {
  const map = tf.tensor([1, 3, 2, 2], [1, 4, 1, 1]);
  // From 1 to 3: 2².
  const falling = fallingHint('d').error(() => ({ d: map }), {});
  expect(Array.from(falling.dataSync())).toEqual([4, 0, 0]);
  // A map of one row that is 0, 1, 2: its mirror differs by 2 at both ends.
  const row = tf.tensor([0, 1, 2], [1, 1, 3, 1]);
  const own = unturnedHint('d').error(({ image: seen }) => ({ d: seen }), { image: row });
  expect(Array.from(own.dataSync())).toEqual([4, 0, 4]);
  expect(worst(flipHint('d').error(({ image: seen }) => ({ d: seen }), { image: row }))).toBe(0);
});

test.each(kits.filter(({ hints }) => hints).map((kit) => [kit.name, kit] as const))(
  'hints of %s say something, count something, and have a false one beside them',
  (_, { hints = {} }) => {
    const all = Object.values(hints);
    expect(all.every(({ says, weight }) => says.length > 0 && weight > 0)).toBe(true);
    expect(new Set(all.map(({ says }) => says)).size).toBe(all.length);
    expect(new Set(all.map(({ isFalse = false }) => isFalse))).toEqual(new Set([true, false]));
  },
);

describe('hints of tasks', () => {
  const tasks = tasksFor({
    fields: ['semantic', 'instance', 'depth'],
    legend: { classes: ['road', 'car'], palette: [], instanceClasses: [1] },
  });

  test('each task has its own, on the frames of the main stream', () => {
    const objectives = hintObjectives(tasks, { flip: 0.5, light: 1, rows: 2 });
    expect(objectives.map(({ name, stream: of }) => `${name} ${of}`)).toEqual([
      ...['flip-semantic train', 'flip-instance train', 'flip-depth train'],
      ...['light-semantic train', 'rows-depth train'],
    ]);
    expect(hintObjectives(tasks, {})).toEqual([]);
  });

  test('class probabilities are compared, so that a shift of all logits costs nothing', () => {
    const [flip] = hintObjectives(tasks, { flip: 1 });
    let call = 0;
    const shifted = (logits: tf.Tensor) => tf.add(logits, call++);
    const { value } = flip.loss(
      ({ image: seen }) => ({ outputs: { semantic: shifted(seen) }, statistics: [] }),
      { image: image() },
    );
    expect(value.dataSync()[0]).toBeLessThan(1e-10);
  });

  test('one that no task knows is refused', () => {
    expect(() => hintObjectives(tasks, { flop: 1 })).toThrow(
      'training.hints: no task of this run knows flop; expected one of: flip, light, unturned, rows, falling',
    );
  });
});
