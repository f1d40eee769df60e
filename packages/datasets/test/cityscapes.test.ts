import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeDisparity,
  encodeDisparity,
  labels,
  openCityscapes,
  openDataset,
  trainIdOf,
  trainLabels,
} from '../src/index.ts';
import { objects, trainIds } from '../src/cityscapes/annotations.ts';
import { grey16Png, grey8Png, rgbPng } from '../src/image/write.ts';
import { framePaths, newFolder, put, putFrame } from './support.ts';

const native = { height: 8, width: 16 };
const half = { height: 4, width: 8 };
const ID = 'city_000000_000019';

const fill = (value: number) => new Uint16Array(128).fill(value);

describe('label table', () => {
  test('has the 19 evaluated classes and 8 instance classes of cityscapesScripts 2.2.4', () => {
    expect(labels).toHaveLength(35);
    expect(trainLabels.map((label) => label.id)).toEqual([
      7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33,
    ]);
    expect(trainLabels.filter((l) => l.hasInstances).map((l) => l.id)).toEqual([
      24, 25, 26, 27, 28, 31, 32, 33,
    ]);
    const ignored = labels.filter((l) => l.id >= 0 && trainIdOf[l.id] === 255).map((l) => l.id);
    expect(ignored).toEqual([0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30]);
  });

  test('gives sky the official colour, not the (0, 130, 180) of some loaders', () => {
    expect(trainLabels[10]).toMatchObject({ name: 'sky', colour: [70, 130, 180] });
  });
});

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
    expect(Array.from(same.disparity)).toEqual([0, 0, 1, 10]);
    expect(Array.from(same.valid)).toEqual([0, 1, 1, 1]);
    const halved = decodeDisparity(p, { height: 1, width: 4 }, { height: 1, width: 2 });
    // Offsets 1 of each cell of 2.
    expect(Array.from(halved.disparity)).toEqual([0, 5]);
  });

  test('survives encoding to a hundredth of a pixel', () => {
    const values = fc.array(fc.float({ min: 0, max: 255, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (list) => {
        const disparity = Float32Array.from(list);
        const valid = new Uint8Array(list.length).fill(1);
        const size = { height: 1, width: list.length };
        const back = decodeDisparity(encodeDisparity({ disparity, valid }), size, size);
        // Half a step of 1 / 256.
        expect(back.disparity).toBeAllClose(disparity, { rtol: 0, atol: 0.5 / 256 + 1e-6 });
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
    expect(dataset.annotations).toEqual({ semantic: true, instance: true, disparity: true });
    expect(dataset.list('train')).toEqual([ID]);
    const sample = await dataset.read(ID, 'train', half);
    // Offset 1 of each 2 × 2 cell: only odd columns are seen, all car.
    expect(sample.semantic!.every((label) => label === 13)).toBe(true);
    expect(sample.instance!.every((value) => value === 26003)).toBe(true);
    // Mean of columns 0 … 7 and rows 0 … 3, after the resize.
    expect(sample.centres!.get(26003)).toEqual({ row: 1.5, column: 3.5 });
    // 10 px of 16, read at 8: 5 px.
    expect(sample.disparity!.every((d) => d === 5)).toBe(true);
    expect(sample.image).toHaveLength(4 * 8 * 3);
    expect(sample.camera).toMatchObject({ fx: 500, fy: 450, u0: 20, v0: 10, baseline: 0.2 });
  });

  test('sky is infinitely far and known, unless the recorded value is asked for', async () => {
    const root = await newFolder();
    await putFrame(root, native, { labelIds: new Uint8Array(128).fill(23), disparity: fill(0) });
    const paper = await (await openCityscapes(root)).read(ID, 'train', native);
    expect(paper.disparity!.every((d) => d === 0)).toBe(true);
    expect(paper.disparityValid!.every((v) => v === 1)).toBe(true);
    const recorded = await openCityscapes(root, { skyDisparity: 'asRecorded' });
    const sample = await recorded.read(ID, 'train', native);
    expect(sample.disparityValid!.every((v) => v === 0)).toBe(true);
  });

  test('a frame whose disparity is all unknown is read, with no valid pixel', async () => {
    const root = await newFolder();
    await putFrame(root, native, { disparity: fill(0) });
    const sample = await (await openDataset(root)).read(ID, 'train', half);
    expect(sample.disparityValid!.every((v) => v === 0)).toBe(true);
  });

  test('an annotation that no split has is left out of the samples', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    await rm(join(root, 'disparity'), { recursive: true });
    const dataset = await openDataset(root);
    expect(dataset.annotations.disparity).toBe(false);
    expect(await dataset.read(ID, 'train', half)).not.toHaveProperty('disparity');
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

describe('a tree with faults', () => {
  test('names all missing partner files at once, twenty at most', async () => {
    const root = await newFolder();
    for (let i = 0; i < 24; i++) await putFrame(root, native, {}, `c_${i}_000019`);
    for (let i = 0; i < 23; i++) await rm(framePaths(root, `c_${i}_000019`).instanceIds);
    const failure = openDataset(root);
    await expect(failure).rejects.toThrow(/23 files that belong to photographs are missing/);
    await expect(failure).rejects.toThrow('c_0_000019_gtFine_instanceIds.png');
    await expect(failure).rejects.toThrow('and 3 more');
  });

  test('a label image of another size than its photograph is an error', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    const { labelIds } = framePaths(root);
    await put(labelIds, await grey8Png(new Uint8Array(32).fill(7), half));
    const dataset = await openDataset(root);
    await expect(dataset.read(ID, 'train', half)).rejects.toThrow(
      /labelIds\.png: 8 × 4 px, but its photograph has 16 × 8/,
    );
  });

  test('labels of a wrong bit depth or colour, and unknown ids, name their file', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    const { labelIds, disparity, photo } = framePaths(root);
    const dataset = await openDataset(root);
    const read = () => dataset.read(ID, 'train', native);
    await put(labelIds, grey16Png(fill(7), native));
    await expect(read()).rejects.toThrow(/labelIds\.png: expected 8 bits/);
    await put(labelIds, await grey8Png(new Uint8Array(128).fill(200), native));
    await expect(read()).rejects.toThrow(/labelIds\.png: label id 200/);
    await put(labelIds, await grey8Png(new Uint8Array(128).fill(7), native));
    await put(disparity, await grey8Png(new Uint8Array(128), native));
    await expect(read()).rejects.toThrow(/disparity\.png: expected 16 bits/);
    await put(photo, (await rgbPng(new Uint8Array(384), native)).slice(0, 50));
    await expect(read()).rejects.toThrow(/leftImg8bit\.png: the PNG image is truncated/);
  });

  test('a camera file without a field, and one that is no JSON, say so', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    const { camera } = framePaths(root);
    const dataset = await openDataset(root);
    await put(camera, JSON.stringify({ extrinsic: { baseline: 'wide' } }));
    await expect(dataset.read(ID, 'train', half)).rejects.toThrow(
      /camera\.json: expected extrinsic\.baseline as a number, got "wide"/,
    );
    await put(camera, '{');
    await expect(dataset.read(ID, 'train', half)).rejects.toThrow(/expected a JSON camera file/);
  });

  test('a root that is missing, a file, or something else says what was expected', async () => {
    const folder = await newFolder();
    await expect(openDataset(join(folder, 'gone'))).rejects.toThrow(/there is no such folder/);
    await writeFile(join(folder, 'file'), '');
    await expect(openDataset(join(folder, 'file'))).rejects.toThrow(/this is a file/);
    await expect(openDataset(folder)).rejects.toThrow(/not a data set.*found file/);
  });

  test('a folder that cannot be listed is an error, not an empty split', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    await mkdir(join(root, 'leftImg8bit', 'val'), { recursive: true });
    // A link to itself cannot be followed by anyone, the superuser included.
    await rm(join(root, 'leftImg8bit', 'val'), { recursive: true });
    await symlink('val', join(root, 'leftImg8bit', 'val'));
    await expect(openDataset(root)).rejects.toThrow(/val: the folder cannot be listed \(ELOOP\)/);
  });
});
