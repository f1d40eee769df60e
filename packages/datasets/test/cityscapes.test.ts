import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arraysOf } from '@scene-mtl/data/testing';
import {
  decodeDisparity,
  encodeDisparity,
  openCityscapes,
  openDataset,
  type Dataset,
} from '../src/index.ts';
import { objects, trainIds } from '../src/cityscapes/annotations.ts';
import { framePaths, newFolder, putFrame } from './support.ts';

const native = { height: 8, width: 16 };
const half = { height: 4, width: 8 };
const ID = 'city_000000_000019';

const fill = (value: number) => new Uint16Array(128).fill(value);

describe('annotations', () => {
  test('a label id outside the table is an error that names file, pixel and remedy', () => {
    const ids = Uint8Array.of(7, 7, 7, 40);
    expect(() => trainIds(ids, 2, 'x.png')).toThrow(
      /x\.png: label id 40 at row 1, column 1 .*labelTrainIds/,
    );
  });

  test('groups, stuff, caravan and trailer are no objects; the others keep their value', () => {
    const ids = Uint16Array.of(7, 26, 26000, 24013, 29001, 30000, 33255);
    expect(Array.from(objects(ids, 7, 'x.png'))).toEqual([0, 0, 26000, 24013, 0, 0, 33255]);
  });

  test('an object of a class without instances is an error', () => {
    expect(() => objects(Uint16Array.of(11002), 1, 'x.png')).toThrow(
      /x\.png: instance value 11002 at row 0, column 0 .*'building'/,
    );
    expect(() => objects(Uint16Array.of(40001), 1, 'x.png')).toThrow(/class 40, outside/);
    expect(() => objects(Uint16Array.of(700), 1, 'x.png')).toThrow(/class 700, outside/);
  });
});

describe('disparity', () => {
  test('is (p − 1) / 256 at its own width, times the ratio of widths; 0 is unknown', () => {
    // 2561: (2561 − 1) / 256 = 10 px, half the width: 5 px. 1: 0 px and known.
    const p = Uint16Array.of(0, 1, 257, 2561);
    const same = decodeDisparity(p, { height: 1, width: 4 }, { height: 1, width: 4 });
    expect(Array.from(same.data)).toEqual([0, 0, 1, 10]);
    expect(Array.from(same.valid)).toEqual([0, 1, 1, 1]);
    const halved = decodeDisparity(p, { height: 1, width: 4 }, { height: 1, width: 2 });
    // Offsets 1 of each cell of 2.
    expect(Array.from(halved.data)).toEqual([0, 5]);
  });

  test('survives encoding to a hundredth of a pixel', () => {
    const values = fc.array(fc.float({ min: 0, max: 255, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (list) => {
        const disparity = Float32Array.from(list);
        const valid = new Uint8Array(list.length).fill(1);
        const size = { height: 1, width: list.length };
        const back = decodeDisparity(encodeDisparity({ data: disparity, valid }), size, size);
        // Half a step of 1 / 256.
        expect(back.data).toBeAllClose(disparity, { rtol: 0, atol: 0.5 / 256 + 1e-6 });
        expect(back.valid).toEqual(valid);
      }),
    );
  });
});

describe('reading a tree', () => {
  test('labels, objects and disparity come at the size asked for, on one convention', async () => {
    const root = await newFolder();
    const labelIds = Uint8Array.from({ length: 128 }, (_, i) => (i % 2 ? 26 : 7));
    const instanceIds = Uint16Array.from({ length: 128 }, (_, i) => (i % 2 ? 26003 : 7));
    await putFrame(root, native, { labelIds, instanceIds });
    const dataset = await openDataset(root);
    expect(dataset.name).toBe('cityscapes');
    expect(dataset.fields).toEqual(['semantic', 'instance', 'depth']);
    expect(dataset.list('train')).toEqual([ID]);
    const sample = await dataset.read(ID, 'train', half);
    // Offset 1 of each 2 × 2 cell: only odd columns are seen, all car.
    expect(arraysOf(sample).semantic!.every((label) => label === 13)).toBe(true);
    expect(arraysOf(sample).instance!.every((value) => value === 26003)).toBe(true);
    // Mean of columns 0 … 7 and rows 0 … 3, after the resize.
    expect(arraysOf(sample).centres!.get(26003)).toEqual({ row: 1.5, column: 3.5 });
    // 10 px of 16, read at 8: 5 px.
    expect(arraysOf(sample).disparity!.every((d) => d === 5)).toBe(true);
    expect(arraysOf(sample).image).toHaveLength(4 * 8 * 3);
    expect(arraysOf(sample).camera).toMatchObject({
      fx: 500,
      fy: 450,
      u0: 4,
      v0: 2,
      baseline: 0.2,
    });
  });

  test('sky is infinitely far and known, unless the recorded value is asked for', async () => {
    const root = await newFolder();
    await putFrame(root, native, { labelIds: new Uint8Array(128).fill(23), disparity: fill(0) });
    const paper = await (await openCityscapes(root)).read(ID, 'train', native);
    expect(arraysOf(paper).disparity!.every((d) => d === 0)).toBe(true);
    expect(arraysOf(paper).disparityValid!.every((v) => v === 1)).toBe(true);
    const recorded = await openCityscapes(root, { skyDisparity: 'asRecorded' });
    const sample = await recorded.read(ID, 'train', native);
    expect(arraysOf(sample).disparityValid!.every((v) => v === 0)).toBe(true);
  });

  test('a frame whose disparity is all unknown is read, with no valid pixel', async () => {
    const root = await newFolder();
    await putFrame(root, native, { disparity: fill(0) });
    const sample = await (await openDataset(root)).read(ID, 'train', half);
    expect(arraysOf(sample).disparityValid!.every((v) => v === 0)).toBe(true);
  });

  test('an annotation that no split has is left out of the samples', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    await rm(join(root, 'disparity'), { recursive: true });
    const dataset = await openDataset(root);
    expect(dataset.fields).toEqual(['semantic', 'instance']);
    expect((await dataset.read(ID, 'train', half)).fields).not.toHaveProperty('depth');
  });

  test('at 1/8, at 1/4 and at any other size every map is what a loop over its pixels gives', async () => {
    const root = await newFolder();
    const from = { height: 32, width: 64 };
    const objectsAt = (r: number, c: number) =>
      [26000, 7, 24003, 11][((r >> 3) % 2) | (((c >> 4) % 2) << 1)];
    const instanceIds = Uint16Array.from({ length: 2048 }, (_, i) =>
      objectsAt(Math.floor(i / 64), i % 64),
    );
    const labelIds = Uint8Array.from(instanceIds, (v) => (v < 1000 ? v : Math.floor(v / 1000)));
    const disparity = Uint16Array.from({ length: 2048 }, (_, i) => (i % 7 === 0 ? 0 : i * 5));
    await putFrame(root, from, { labelIds, instanceIds, disparity });
    const dataset = await openDataset(root);
    const sizes = [
      { height: 4, width: 8 },
      { height: 8, width: 16 },
      { height: 13, width: 21 },
      { height: 40, width: 70 },
    ];
    for (const to of sizes) {
      const sample = await dataset.read(ID, 'train', to);
      expect(arraysOf(sample).image).toHaveLength(to.height * to.width * 3);
      const places = new Map<number, [number, number][]>();
      for (let r = 0; r < to.height; r++) {
        for (let c = 0; c < to.width; c++) {
          const row = Math.floor(((r + 0.5) * 32) / to.height);
          const column = Math.floor(((c + 0.5) * 64) / to.width);
          const value = objectsAt(row, column);
          const [i, p] = [r * to.width + c, disparity[row * 64 + column]];
          expect(arraysOf(sample).semantic![i]).toBe({ 26000: 13, 7: 0, 24003: 11, 11: 2 }[value]);
          expect(arraysOf(sample).instance![i]).toBe(value < 1000 ? 0 : value);
          expect(arraysOf(sample).disparityValid![i]).toBe(Number(p > 0));
          const d = p > 0 ? (((p - 1) / 256) * to.width) / 64 : 0;
          expect(arraysOf(sample).disparity![i]).toBeCloseTo(d, 4);
          if (value >= 1000) places.set(value, [...(places.get(value) ?? []), [r, c]]);
        }
      }
      expect([...arraysOf(sample).centres!.keys()].sort()).toEqual([...places.keys()].sort());
      for (const [value, pixels] of places) {
        const mean = (axis: 0 | 1) =>
          pixels.reduce((sum, pixel) => sum + pixel[axis], 0) / pixels.length;
        expect(arraysOf(sample).centres!.get(value)!.row).toBeCloseTo(mean(0), 9);
        expect(arraysOf(sample).centres!.get(value)!.column).toBeCloseTo(mean(1), 9);
      }
      expect(arraysOf(sample).camera!.fx).toBeCloseTo((1000 * to.width) / 64, 9);
      expect(arraysOf(sample).camera!.v0).toBeCloseTo((16 * to.height) / 32, 9);
    }
  });

  test('void is ignored, or on request the 20th class', async () => {
    const root = await newFolder();
    // Ego vehicle, parking and caravan are not evaluated; sky is.
    const labelIds = Uint8Array.from({ length: 128 }, (_, i) => [1, 9, 29, 23][i % 4]);
    await putFrame(root, native, { labelIds });
    const first = async (dataset: Dataset) =>
      Array.from(arraysOf(await dataset.read(ID, 'train', native)).semantic!.subarray(0, 4));
    const usual = await openDataset(root);
    expect(usual.legend!.classes).toHaveLength(19);
    expect(await first(usual)).toEqual([255, 255, 255, 10]);
    const twenty = await openDataset(root, { classes: 20 });
    expect(twenty.legend!.classes).toHaveLength(20);
    expect([twenty.legend!.classes[19], twenty.legend!.palette[19]]).toEqual([
      'unlabeled',
      [0, 0, 0],
    ]);
    expect(twenty.legend!.instanceClasses).toEqual(usual.legend!.instanceClasses);
    expect(await first(twenty)).toEqual([19, 19, 19, 10]);
    // Sky keeps its disparity of 0.
    const sample = await twenty.read(ID, 'train', native);
    expect(Array.from(arraysOf(sample).disparity!.subarray(0, 4))).toEqual([10, 10, 10, 0]);
  });

  test('the test split needs no labels; training and validation must have the same kinds', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    await putFrame(root, native, {}, 'other_000000_000019', 'val');
    await putFrame(root, native, {}, 'third_000000_000019', 'test');
    const unlabelled = framePaths(root, 'third_000000_000019', 'test');
    for (const file of [unlabelled.labelIds, unlabelled.instanceIds, unlabelled.disparity]) {
      await rm(file);
    }
    const dataset = await openDataset(root);
    const sample = await dataset.read('third_000000_000019', 'test', half);
    expect(arraysOf(sample).image).toHaveLength(96);
    for (const key of ['semantic', 'instance', 'depth']) {
      expect(sample.fields).not.toHaveProperty(key);
    }
    await rm(framePaths(root, 'other_000000_000019', 'val').disparity);
    await expect(openDataset(root)).rejects.toThrow(
      /1 files that belong.*missing:\n.*disparity.val.other.other_000000_000019_disparity\.png/,
    );
  });

  test('cities that are links are followed', async () => {
    const [root, elsewhere] = [await newFolder(), await newFolder()];
    await putFrame(root, native);
    const city = join(root, 'leftImg8bit', 'train', 'city');
    await rename(city, join(elsewhere, 'city'));
    await symlink(join(elsewhere, 'city'), city);
    expect((await openDataset(root)).list('train')).toEqual([ID]);
  });

  test('frames are listed in the same order whatever order they were written in', async () => {
    const root = await newFolder();
    for (const id of ['b_000001_000019', 'a_000002_000019', 'a_000000_000019']) {
      await putFrame(root, native, {}, id);
    }
    const ids = (await openDataset(root)).list('train');
    expect(ids).toEqual(['a_000000_000019', 'a_000002_000019', 'b_000001_000019']);
  });

  test('a frame that is not in the split, and a size that is none, are errors', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    const dataset = await openDataset(root);
    await expect(dataset.read(ID, 'val', half)).rejects.toThrow(/no frame 'city.*split 'val'/);
    const nothing = { height: 0, width: 8 };
    await expect(dataset.read(ID, 'train', nothing)).rejects.toThrow(/at least 1, got 0 × 8/);
  });
});
