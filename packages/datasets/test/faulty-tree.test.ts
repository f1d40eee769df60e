import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { arraysOf } from '@scene-mtl/data/testing';
import { openDataset } from '../src/index.ts';
import { grey16Png, grey8Png, rgbPng } from '../src/image/write.ts';
import { framePaths, newFolder, put, putFrame } from './support.ts';

const native = { height: 8, width: 16 };
const half = { height: 4, width: 8 };
const ID = 'city_000000_000019';

const fill = (value: number) => new Uint16Array(128).fill(value);

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
      /labelIds\.png: 4 × 8 px, but its photograph has 8 × 16$/,
    );
  });

  test('instance and disparity images of another size or a wrong value name their file', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    const { instanceIds, disparity } = framePaths(root);
    const dataset = await openDataset(root);
    const read = () => dataset.read(ID, 'train', native);
    await put(disparity, await grey16Png(new Uint16Array(32), half));
    await expect(read()).rejects.toThrow(
      /disparity\.png: 4 × 8 px, but its photograph has 8 × 16$/,
    );
    await put(instanceIds, await grey16Png(new Uint16Array(32).fill(7), half));
    await expect(read()).rejects.toThrow(/instanceIds\.png: 4 × 8 px/);
    await put(instanceIds, await grey8Png(new Uint8Array(128).fill(7), native));
    await expect(read()).rejects.toThrow(
      /instanceIds\.png: expected 16 bits per channel, grey; got 8/,
    );
    // An object of class 11, building, which has no instances.
    await put(instanceIds, await grey16Png(fill(11002), native));
    await expect(read()).rejects.toThrow(/instanceIds\.png: instance value 11002 .*'building'/);
  });

  test('labels of a wrong bit depth or colour, and unknown ids, name their file', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    const { labelIds, disparity, photo } = framePaths(root);
    const dataset = await openDataset(root);
    const read = () => dataset.read(ID, 'train', native);
    await put(labelIds, await rgbPng(new Uint8Array(384).fill(7), native));
    await expect(read()).rejects.toThrow(
      /labelIds\.png: expected one channel, grey or palette; got 8 bits, rgb \(8 × 16\)/,
    );
    await put(labelIds, await grey8Png(new Uint8Array(128).fill(200), native));
    await expect(read()).rejects.toThrow(/labelIds\.png: label id 200/);
    await put(labelIds, await grey8Png(new Uint8Array(128).fill(7), native));
    await put(disparity, await grey8Png(new Uint8Array(128), native));
    await expect(read()).rejects.toThrow(/disparity\.png: expected 16 bits/);
    await put(photo, (await rgbPng(new Uint8Array(384), native)).slice(0, -12));
    await expect(read()).rejects.toThrow(
      /leftImg8bit\.png: not a whole photograph \(the PNG image is truncated\)/,
    );
  });

  test('a camera file without a field, and one that is no JSON, say so', async () => {
    const root = await newFolder();
    await putFrame(root, native);
    const { camera } = framePaths(root);
    const dataset = await openDataset(root);
    await put(camera, JSON.stringify({ extrinsic: { baseline: 'wide' } }));
    await expect(dataset.read(ID, 'train', half)).rejects.toThrow(
      /camera\.json: extrinsic\.baseline: expected a number, got "wide"; .*and 5 more/,
    );
    await put(camera, '{');
    await expect(dataset.read(ID, 'train', half)).rejects.toThrow(
      /camera\.json:1:2: expected a key/,
    );
  });

  test('recorded centres that are no JSON or lack an object say so', async () => {
    const root = await newFolder();
    await putFrame(root, native, {
      labelIds: new Uint8Array(128).fill(26),
      instanceIds: new Uint16Array(128).fill(26001),
    });
    const centres = framePaths(root).camera.replaceAll('camera', 'centres');
    await put(centres, '{"26001": [1, 2]}');
    const sample = await (await openDataset(root)).read(ID, 'train', native);
    expect(arraysOf(sample).centres!.get(26001)).toEqual({ row: 1, column: 2 });
    for (const [content, reason] of [
      ['{', /centres\.json:1:2: expected a key/],
      ['{"26001": [1, null]}', /centres\.json: 26001\[1\]: expected a number, got null/],
      ['null', /centres\.json: expected an object, got null/],
      ['{}', /centre of object 26001 as \[row, column\], got nothing/],
    ] as const) {
      await put(centres, content);
      const dataset = await openDataset(root);
      await expect(dataset.read(ID, 'train', native)).rejects.toThrow(reason);
    }
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
    await expect(openDataset(root)).rejects.toThrow(
      /1 photographs or folders.*\n.*val: a link that leads nowhere \(ELOOP\)/,
    );
    const loop = join(await newFolder(), 'loop');
    await symlink('loop', loop);
    await expect(openDataset(loop)).rejects.toThrow(/loop: the folder cannot be listed \(ELOOP\)/);
  });
});
