import { beforeAll, expect, test } from '@jest/globals';
import { classMap, objectMap, type Sample } from '@scene-mtl/data';
import type { Tile } from '@scene-mtl/eval';
import * as tf from '@tensorflow/tfjs';
import { tasksFor, tilesOf } from '../src/index.ts';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const size = { height: 16, width: 32 };
const pixels = size.height * size.width;
const GREY = 90;
const image = { kind: 'photo' as const, ...size, data: new Uint8Array(3 * pixels).fill(GREY) };

/** 1 in columns `from` … `to` of rows 4 … 11. */
const box = (from: number, to: number) =>
  Uint8Array.from({ length: pixels }, (_, i) => {
    const [x, y] = [i % size.width, Math.floor(i / size.width)];
    return Number(y >= 4 && y < 12 && x >= from && x < to);
  });

const [truly, guessed] = [box(2, 10), box(18, 26)];
const sample: Sample = {
  id: 'a',
  fields: {
    image,
    semantic: classMap(size, truly),
    instance: objectMap(size, Uint16Array.from(truly)),
  },
};
const tasks = tasksFor({
  fields: ['semantic', 'instance'],
  legend: {
    classes: ['road', 'car'],
    palette: [
      [1, 1, 1],
      [2, 2, 2],
    ],
    instanceClasses: [1],
  },
});
const [semantic, instance] = tasks;
const predictions = {
  semantic: semantic.decode(
    Float32Array.from({ length: 2 * pixels }, (_, i) => (i % 2 === guessed[i >> 1] ? 9 : -9)),
    ...([size.height, size.width] as const),
  ),
  // To (7.5, 21.5), the middle of what is taken for a car.
  instance: instance.decode(
    Float32Array.from({ length: 2 * pixels }, (_, i) => {
      const [x, y] = [(i >> 1) % size.width, Math.floor((i >> 1) / size.width)];
      return i % 2 === 0 ? 21.5 - x : 7.5 - y;
    }),
    ...([size.height, size.width] as const),
  ),
};

/** Where a picture is not the photograph. */
const painted = (tiles: readonly Tile[], wanted: string): Uint8Array => {
  const { data } = tiles.find(({ name }) => name === wanted)!;
  return Uint8Array.from({ length: pixels }, (_, i) =>
    Number(data.subarray(3 * i, 3 * i + 3).some((value) => value !== GREY)),
  );
};

test('predicted objects are drawn on predicted pixels, wherever the true ones are', () => {
  const tiles = tilesOf([instance], sample, predictions);
  expect(tiles.map(({ name }) => name)).toEqual(['photo', 'objects, truth', 'objects, prediction']);
  expect(painted(tiles, 'objects, truth')).toEqual(truly);
  expect(painted(tiles, 'objects, prediction')).toEqual(guessed);
});

test('a frame without labels has predicted objects too', () => {
  const tiles = tilesOf([instance], { id: 'b', fields: { image } }, predictions);
  expect(tiles.map(({ name }) => name)).toEqual(['photo', 'objects, prediction']);
  expect(painted(tiles, 'objects, prediction')).toEqual(guessed);
});

test('a network without classes has no objects, only vectors', () => {
  const tiles = tilesOf([instance], sample, { instance: predictions.instance });
  expect(tiles.map(({ name }) => name)).toEqual([
    ...['photo', 'centre vectors, truth', 'centre vectors, prediction'],
  ]);
});
