import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fieldOf, normalsKind } from '@scene-mtl/data';
import { arraysOf } from '@scene-mtl/data/testing';
import { generateTree, openDataset, readManifest } from '../src/index.ts';
import { contentProblems } from '../src/street/tree/content.ts';
import { MANIFEST } from '../src/street/tree/manifest.ts';
import { newFolder, put } from './support.ts';

const small = { frames: { train: 1, val: 1 }, height: 16, width: 32, seed: 11 };

async function listing(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => /\.(png|json)$/.test(name)).sort();
}

async function sameFiles(a: string, b: string): Promise<void> {
  const names = await listing(a);
  expect(await listing(b)).toEqual(names);
  for (const name of names) {
    expect(await readFile(join(b, name))).toEqual(await readFile(join(a, name)));
  }
}

describe('generating a tree', () => {
  let root = '';
  beforeAll(async () => {
    root = join(await newFolder(), 'tree');
    await generateTree({ ...small, out: root });
  });

  test('writes the official files of every frame and its manifest last', async () => {
    const stem = 'altwasser_000000_000019';
    const names = (await listing(root)).filter((name) => name.includes(stem));
    expect(names).toEqual([
      `camera/train/altwasser/${stem}_camera.json`,
      `disparity/train/altwasser/${stem}_disparity.png`,
      `gtFine/train/altwasser/${stem}_gtFine_color.png`,
      `gtFine/train/altwasser/${stem}_gtFine_instanceIds.png`,
      `gtFine/train/altwasser/${stem}_gtFine_labelIds.png`,
      `gtFine/train/altwasser/${stem}_gtFine_labelTrainIds.png`,
      `leftImg8bit/train/altwasser/${stem}_leftImg8bit.png`,
    ]);
    const dataset = await openDataset(root);
    expect(dataset.name).toBe('street');
    expect(dataset.list('train')).toHaveLength(1);
    expect(dataset.list('val')).toHaveLength(1);
  });

  test('gives the same bytes again', async () => {
    const again = join(await newFolder(), 'tree');
    await generateTree({ ...small, out: again });
    await sameFiles(root, again);
  });

  test('records normals on request, under a manifest and a hash of their own', async () => {
    const out = join(await newFolder(), 'tree');
    await generateTree({ ...small, out, normals: true });
    const own = (name: string) => name.startsWith('normals/');
    const names = await listing(out);
    expect(names.filter((name) => !own(name))).toEqual(await listing(root));
    for (const name of await listing(root)) {
      if (name === MANIFEST) continue;
      expect(await readFile(join(out, name))).toEqual(await readFile(join(root, name)));
    }
    const [plain, manifest] = [await readManifest(root), await readManifest(out)];
    expect(plain).not.toHaveProperty('normals');
    expect(manifest?.normals).toBe(true);
    expect(manifest?.hash).not.toBe(plain?.hash);
    const dataset = await openDataset(out);
    expect(dataset.fields).toEqual(['semantic', 'instance', 'depth', 'normals']);
    expect(await contentProblems(out, dataset, manifest!)).toEqual([]);
    // The road of the lower half faces up.
    const sample = await dataset.read('altwasser_000000_000019', 'train', {
      height: 16,
      width: 32,
    });
    const { data, valid } = fieldOf(sample, 'normals', normalsKind);
    const up = Array.from(valid.subarray(256), (_, i) => data[3 * (256 + i) + 1]);
    expect(up.filter((y) => y < -0.99).length).toBeGreaterThan(100);
    const [file] = names.filter(own);
    await cp(join(out, file.replace(/normals/g, 'leftImg8bit')), join(out, file));
    expect(await contentProblems(out, dataset, manifest!)).toHaveLength(1);
  });

  test('names photometric gaps in the manifest, and only them', async () => {
    expect(await readManifest(root)).not.toHaveProperty('gaps');
    const out = join(await newFolder(), 'tree');
    await generateTree({ ...small, out, gaps: 'photometric' });
    expect((await readManifest(out))?.gaps).toBe('photometric');
    await expect(generateTree({ ...small, out })).rejects.toThrow(/holds a tree of another recipe/);
  });

  test('gives the same bytes with two workers, and leaves none behind after a failure', async () => {
    const folder = await newFolder();
    await generateTree({ ...small, out: join(folder, 'tree'), workers: 2 });
    await sameFiles(root, join(folder, 'tree'));
    await put(join(folder, 'file'), '');
    const blocked = { ...small, out: join(folder, 'file', 'tree'), workers: 2 };
    await expect(generateTree(blocked)).rejects.toThrow(/cannot be (written|listed)|in the way/);
    expect((await readdir(folder)).sort()).toEqual(['file', 'tree']);
  });

  test('keeps a tree of the same recipe and refuses to replace another', async () => {
    let frames = 0;
    const onProgress = () => void frames++;
    await generateTree({ ...small, out: root, onProgress });
    expect(frames).toBe(0);
    await expect(generateTree({ ...small, seed: 12, out: root })).rejects.toThrow(
      /holds a tree of another recipe/,
    );
    const busy = await newFolder();
    await writeFile(join(busy, 'letter.txt'), '');
    await expect(generateTree({ ...small, out: busy })).rejects.toThrow(
      /holds other files \(letter\.txt\)/,
    );
  });

  test('nothing is written where a whole tree is, so its folder may be read-only', async () => {
    const readOnly = () =>
      Promise.reject(Object.assign(new Error('EROFS: read-only'), { code: 'EROFS' }));
    const before = await readdir(root, { recursive: true });
    await generateTree({ ...small, out: root }, readOnly);
    expect(await readdir(root, { recursive: true })).toEqual(before);
    const folder = await newFolder();
    await expect(generateTree({ ...small, out: join(folder, 'tree') }, readOnly)).rejects.toThrow(
      /tree was not made: .*cannot be written \(the file system is read-only\); choose another/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('a file in the way, or no name, is an error', async () => {
    const file = join(await newFolder(), 'tree');
    await writeFile(file, 'mine');
    await expect(generateTree({ ...small, out: file })).rejects.toThrow(
      `${file}: in the way of a new tree (there is a file)`,
    );
    expect(await readFile(file, 'utf8')).toBe('mine');
    await expect(generateTree({ ...small, out: '' })).rejects.toThrow("as a folder, got ''");
  });

  test('a full disk is an error that names the file, and leaves nothing behind', async () => {
    const folder = await newFolder();
    let files = 0;
    const full = () => {
      if (++files < 9) return Promise.resolve();
      return Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    };
    const out = join(folder, 'tree');
    await expect(generateTree({ ...small, out }, full)).rejects.toThrow(
      /tree was not made: .*leftImg8bit|gtFine.*cannot be written \(the disk is full\)/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('what a killed process left is removed, what a running one writes is not', async () => {
    const folder = await newFolder();
    const ended = spawnSync(process.execPath, ['-e', '']).pid;
    const half = (pid: number) => join(folder, `tree.partial-${hostname()}-${pid}`);
    await mkdir(half(ended));
    await writeFile(join(half(ended), 'x'), '');
    await mkdir(half(process.ppid));
    await generateTree({ ...small, out: join(folder, 'tree') });
    expect((await readdir(folder)).sort()).toEqual(['tree', basename(half(process.ppid))].sort());
    // Where the tree is whole, too.
    await mkdir(half(ended));
    await generateTree({ ...small, out: join(folder, 'tree') });
    expect((await readdir(folder)).sort()).toEqual(['tree', basename(half(process.ppid))].sort());
  });

  test('what came to its place meanwhile stays: the same tree is taken, other files are not', async () => {
    const folder = await newFolder();
    const out = join(folder, 'tree');
    /** Writes the tree; before its last file another process puts something in its place. */
    const overtaken = (meanwhile: () => Promise<void>) =>
      generateTree({ ...small, out }, async (path, content) => {
        if (basename(path) === 'street.json') await meanwhile();
        await put(path, content);
      });
    let inode = 0;
    await overtaken(async () => {
      await cp(root, out, { recursive: true });
      inode = (await stat(join(out, 'street.json'))).ino;
    });
    expect((await stat(join(out, 'street.json'))).ino).toBe(inode);
    expect(await readdir(folder)).toEqual(['tree']);

    await rm(out, { recursive: true });
    const other = overtaken(() => put(join(out, 'letter.txt'), 'keep'));
    await expect(other).rejects.toThrow(/holds other files \(letter\.txt\)/);
    expect(await readFile(join(out, 'letter.txt'), 'utf8')).toBe('keep');
    expect(await readdir(folder)).toEqual(['tree']);
  });

  test('the truth comes along on request, as another recipe', async () => {
    const out = join(await newFolder(), 'tree');
    await generateTree({ ...small, out, truth: true });
    expect((await readManifest(out))?.truth).toBe(true);
    const [recorded, truth] = [await openDataset(out), await openDataset(join(out, 'truth'))];
    const [id] = recorded.list('train');
    const size = { height: 16, width: 32 };
    const [a, b] = [await recorded.read(id, 'train', size), await truth.read(id, 'train', size)];
    expect(arraysOf(a).semantic).toEqual(arraysOf(b).semantic);
    expect(arraysOf(a).instance).toEqual(arraysOf(b).instance);
    const known = (valid: Uint8Array) => valid.reduce((sum, v) => sum + v, 0);
    expect(known(arraysOf(a).disparityValid!)).toBeLessThan(known(arraysOf(b).disparityValid!));
    await expect(generateTree({ ...small, out })).rejects.toThrow(/another recipe/);
  });

  test('a tree without its manifest is not taken for a whole one', async () => {
    const out = join(await newFolder(), 'tree');
    await generateTree({ ...small, out });
    await rm(join(out, 'street.json'));
    expect(await readManifest(out)).toBeUndefined();
    await expect(generateTree({ ...small, out })).rejects.toThrow(/holds other files/);
  });

  test('bad options are errors before anything is written', async () => {
    const out = join(await newFolder(), 'tree');
    const make = (more: object) => generateTree({ ...small, out, ...more });
    await expect(make({ height: 0 })).rejects.toThrow(/at least 1, got 0 × 32/);
    await expect(make({ seed: 1.5 })).rejects.toThrow(/expected seed as a whole number, got 1.5/);
    await expect(make({ frames: { train: -1, val: 0 } })).rejects.toThrow(/frames\.train/);
    await expect(make({ frames: { train: 0, val: 0 } })).rejects.toThrow(/at least one frame/);
    await expect(make({ occlusion: 'none' })).rejects.toThrow(
      /expected occlusion as one of ordinary, cut, got none/,
    );
    await expect(make({ gaps: 'none' })).rejects.toThrow(
      /expected gaps as one of geometric, photometric, got none/,
    );
    await expect(make({ noise: { labelFlips: 1.2 } })).rejects.toThrow(
      /noise\.labelFlips: expected a number of at least 0 and at most 1, got 1.2/,
    );
  });
});
